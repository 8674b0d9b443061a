import { readFileSync } from "node:fs";
import { Client } from "ssh2";
import type { LabHost, Output } from "../../lib/sandbox";

interface Login {
  readonly address?: string;
  readonly user?: string;
  readonly input?: string;
}

/** Logs in over the network, as a deployer would, and runs a command. The host key must be the one that the lab tells. */
export function overSsh(host: LabHost, command: string, login: Login = {}): Promise<Output> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    const known = Buffer.from(host.hostKey.split(" ")[1] ?? "", "base64");
    let stdout = "";
    let stderr = "";
    client.on("error", reject).on("ready", () => {
      client.exec(command, (error, channel) => {
        if (error) return reject(error);
        channel.on("data", (data: Buffer) => (stdout += data.toString()));
        channel.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
        channel.on("close", (code: number | null) => {
          client.end();
          resolve({ code: code ?? -1, stdout, stderr });
        });
        channel.end(login.input ?? "");
      });
    });
    client.connect({
      host: login.address ?? host.address,
      port: host.ssh.port,
      username: login.user ?? host.ssh.user,
      privateKey: readFileSync(host.ssh.identityFile),
      readyTimeout: 5000,
      hostVerifier: (key: Buffer) => key.equals(known),
    });
  });
}
