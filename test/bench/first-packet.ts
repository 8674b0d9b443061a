import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Lab } from "../../lib/sandbox";
import { synthesize } from "../../lib/synth/synthesize";
import { inSeconds, median, print } from "./figures";
import { policyFor } from "./lab-policy";

/** From the start of `cdkfw apply` to its first packet. */
export async function firstPacket(cdkfw: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const lab = await Lab.start();
  try {
    const [written] = synthesize([policyFor(lab.host("h1"), 200)], folder, "bench");
    await measure(cdkfw, written?.folder ?? "");
  } finally {
    await lab.stop();
    rmSync(folder, { recursive: true });
  }
}

/** A server in the host's place takes the connection. */
async function measure(cdkfw: string, bundle: string): Promise<void> {
  const figures: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < 9; round++) {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    const connected = new Promise<void>((done) => server.once("connection", (socket) => done(void socket.destroy())));
    const began = performance.now();
    const child = spawn(
      process.execPath,
      [cdkfw, "apply", "--bundle", bundle, "--address", "127.0.0.1", "--port", String(port)],
      { stdio: "ignore" },
    );
    await connected;
    figures.push((performance.now() - began) / 1000);
    const stat = readFileSync(`/proc/${String(child.pid)}/stat`, "utf8").split(" ");
    cpu.push((Number(stat[13]) + Number(stat[14])) / 100);
    child.kill("SIGKILL");
    server.close();
  }
  print("from the start of `cdkfw apply` to its first packet (aim: 0.150)", inSeconds(median(figures)));
  print("the best of 9, and its CPU time", inSeconds(Math.min(...figures)));
  print("", `${inSeconds(Math.min(...cpu))} CPU`);
}
