import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Lab } from "../../lib/sandbox";
import type { Probe } from "../../lib/sandbox/prober";
import { describeWithTerraform, Terraform } from "./terraform";

const OFFICE = "203.0.113.7";
const MONITOR = "198.51.100.9";
const SCANNER = "198.51.100.70";
const STRANGER = "198.51.100.200";
const OFFICE6 = "2001:db8:113::7";
const MONITOR6 = "2001:db8:1::9";
const STRANGER6 = "2001:db8:1::200";
const SCANNER6 = "2001:db8:bad::7";

describeWithTerraform("examples/edge, run as cdktf.json says", () => {
  let lab: Lab;
  let output: string;

  beforeAll(async () => {
    lab = await Lab.start({
      hosts: [
        { name: "web-1", groups: ["web"] },
        { name: "web-2", groups: ["web"] },
        { name: "gw", groups: ["gateway"], lan: true },
      ],
    });
    for (const address of [OFFICE, MONITOR, SCANNER, OFFICE6, MONITOR6, SCANNER6]) await lab.client.own(address);
    for (const host of lab.hosts) await lab.respond(host, { tcp: [80, 443, 8443, 9100], udp: [53] });
    await lab.respond(lab.client, { tcp: [25, 80] });
    mkdirSync(".cdkfw", { recursive: true });
    output = mkdtempSync(join(".cdkfw", "terraform-test-"));
  });

  afterAll(async () => {
    rmSync(output, { recursive: true, force: true });
    await lab.stop();
  });

  test("synth and apply", async () => {
    const { app, context } = JSON.parse(readFileSync("cdktf.json", "utf8")) as { app: string; context: object };
    const env = {
      ...process.env,
      CDKTF_OUTDIR: output,
      CDKTF_CONTEXT_JSON: JSON.stringify({ ...context, inventory: lab.inventoryFile }),
    };
    await promisify(execFile)("/bin/sh", ["-c", app], { env, timeout: 60_000 });
    const terraform = new Terraform(join(output, "stacks", "edge"));
    await terraform.init("-backend-config=path=terraform.tfstate"); // else it would be the project's own
    const { code, output: said, seconds } = await terraform.apply();
    expect(code === 0 ? "" : said).toBe("");
    console.info(`terraform apply of examples/edge: ${seconds.toFixed(1)} s`);
    expect((await terraform.plan()).code).toBe(0);
  });

  /** From where → the ports of TCP → what the kernel says. */
  const WEB: readonly [string, Readonly<Record<number, string>>][] = [
    [STRANGER, { 22: "reject", 80: "accept", 443: "accept", 8443: "reject", 9100: "reject" }],
    [STRANGER6, { 22: "reject", 80: "accept", 443: "accept", 8443: "reject", 9100: "reject" }],
    [OFFICE, { 22: "accept", 80: "accept", 443: "accept", 9100: "reject" }],
    [OFFICE6, { 22: "accept", 80: "accept", 443: "accept", 9100: "reject" }],
    [MONITOR, { 22: "reject", 80: "accept", 9100: "accept" }],
    [MONITOR6, { 22: "reject", 80: "accept", 9100: "accept" }],
    [SCANNER, { 22: "drop", 80: "drop", 443: "drop", 9100: "drop" }],
    [SCANNER6, { 22: "drop", 80: "drop", 443: "drop", 9100: "drop" }],
  ];

  test.each(WEB)("the web servers, as %s finds them", async (src, wanted) => {
    for (const name of ["web-1", "web-2"]) expect(await verdictsOf(name, src, Object.keys(wanted))).toEqual(wanted);
  });

  test("the one that differs", async () => {
    expect(await verdictsOf("web-1", OFFICE, ["8443"])).toEqual({ 8443: "reject" });
    expect(await verdictsOf("web-2", OFFICE, ["8443"])).toEqual({ 8443: "accept" });
  });

  test("the gateway: the world comes in as far as the monitor, the machines behind it go out under its address", async () => {
    expect(await verdictsOf("gw", STRANGER, ["22", "80", "9100"])).toEqual({
      22: "reject",
      80: "reject",
      9100: "reject",
    });
    expect(await verdictsOf("gw", MONITOR, ["22", "9100"])).toEqual({ 22: "reject", 9100: "accept" });
    expect(await verdictsOf("gw", SCANNER, ["22", "9100"])).toEqual({ 22: "drop", 9100: "drop" });
    const { inner, wanAddress } = lab.host("gw");
    const [web, mail] = await inner.probe([
      { proto: "tcp", dst: STRANGER, port: 80, read: true },
      { proto: "tcp", dst: STRANGER, port: 25 },
    ]);
    expect(web).toMatchObject({ verdict: "accept", reply: expect.stringContaining(wanAddress) });
    expect(mail).toMatchObject({ verdict: "reject" });
  });

  async function verdictsOf(host: string, src: string, ports: readonly string[]): Promise<Record<string, string>> {
    const { wanAddress, wanAddress6 } = lab.host(host);
    const dst = src.includes(":") ? wanAddress6 : wanAddress;
    const probes = ports.map((port): Probe => ({ proto: "tcp", src, dst, port: Number(port) }));
    const results = await lab.client.probe(probes);
    return Object.fromEntries(results.map(({ verdict }, index) => [ports[index] ?? "", verdict]));
  }
});
