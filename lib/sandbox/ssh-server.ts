import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { Server, utils, type AuthContext, type Connection, type ServerChannel } from "ssh2";

/**
 * `ssh-server DISK ENTER…`: the SSH server of a host where sshd can not run, since an ordinary user's namespace has no
 * second user for it to drop its privileges to. It runs in the host's network namespace, takes keys from the host's
 * disk, and runs commands by ENTER on the host. Like sshd it closes the pipes of a command whose channel ends, and
 * kills nothing; it knows commands and forwarding to a jump host's target, but no terminals and no SFTP.
 */
const [disk = "/", ...enter] = process.argv.slice(2);

function authenticate(context: AuthContext): void {
  if (context.method !== "publickey" || context.username !== "root") return context.reject(["publickey"]);
  const lines = readFileSync(join(disk, "root/.ssh/authorized_keys"), "utf8").split("\n");
  const keys = lines.filter(Boolean).map((line) => utils.parseKey(line));
  const known = keys.find((key) => !(key instanceof Error) && key.getPublicSSH().equals(context.key.data));
  if (!known || known instanceof Error) return context.reject(["publickey"]);
  const { signature, blob, hashAlgo } = context;
  // Without a signature the client only asks whether this key would do.
  if (signature && blob && known.verify(blob, signature, hashAlgo) !== true) return context.reject(["publickey"]);
  context.accept();
}

function serve(channel: ServerChannel, command: readonly string[], variables: readonly string[]): void {
  const [file = "", ...args] = [...enter, ...variables, "sh", "-c", 'cd && exec "$@"', "sh", ...command];
  const child = spawn(file, args, { stdio: "pipe" });
  child.stdin.on("error", () => undefined); // it need not read its input
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on("exit", (code, signal) => {
    if (signal) channel.exit(signal.slice("SIG".length));
    else channel.exit(code ?? 255);
  });
  child.on("close", () => channel.end());
  channel.on("signal", (name: string) => signalCommand(child.pid, `SIG${name}` as NodeJS.Signals));
  channel.on("close", () => {
    for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
  });
}

/** nsenter waits for the command, its only child. */
function signalCommand(nsenter: number | undefined, signal: NodeJS.Signals): void {
  try {
    process.kill(Number(readFileSync(`/proc/${nsenter}/task/${nsenter}/children`, "utf8").trim()), signal);
  } catch {
    // the command has just ended, or there is no such signal
  }
}

function greet(client: Connection, peer: string, port: number): void {
  client.on("error", () => undefined); // a client that hangs up is no news
  client.on("authentication", authenticate);
  client.on("session", (accept) => {
    const session = accept();
    const variables = [`SSH_CONNECTION=${peer} ${port} 0.0.0.0 22`, `SSH_CLIENT=${peer} ${port} 22`];
    session.on("exec", (take, _refuse, { command }) => serve(take(), ["/bin/bash", "-c", command], variables));
    session.on("shell", (take) => serve(take(), ["/bin/bash", "-l"], variables));
  });
  client.on("tcpip", (accept, reject, { destIP, destPort }) => {
    const socket = connect({ host: destIP, port: destPort });
    socket.once("error", () => reject());
    socket.once("connect", () => {
      const channel = accept();
      socket.removeAllListeners("error").on("error", () => channel.destroy());
      channel.on("error", () => socket.destroy());
      channel.on("close", () => socket.destroy());
      socket.pipe(channel).pipe(socket);
    });
  });
}

const hostKeys = [readFileSync(join(disk, "etc/ssh/ssh_host_ed25519_key"))];
new Server({ hostKeys }, (client, { ip, port }) => greet(client, ip, port)).listen(22, "::", () =>
  console.log("ready"),
);
