import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBundle } from "../../../../lib/bundle/read";
import { deployHost } from "../../../../lib/deploy/handshake";
import { importMicrofw } from "../../../../lib/import/microfw/import";
import { Lab, type LabHost, type Machine, type Probe } from "../../../../lib/sandbox";
import { innerAddresses } from "../../../../lib/sandbox/addresses";
import { synthesize } from "../../../../lib/synth/synthesize";
import { documentedRules, WITHOUT_DOCUMENTED_RULES } from "../../../fixtures/microfw/documented-rules";
import { mustExec } from "../../../fixtures/sshd";
import { BACKENDS } from "../../render/on-host";

/**
 * Every packet has the same fate by what MicroFW documents, as plain rules of iptables, and by what its tables import
 * as: accepted, refused or dropped, by whom it is answered, and whose address it has there.
 *
 *     client (ext) ── wan0 ┐          ┌ lan0 ── nas (int)
 *                          ├── host ──┤
 *     deployer (mgmt) ─ eth0          └ dmz0 ── server (dmz)
 */
const lan = innerAddresses(1, 0);
const dmz = innerAddresses(1, 1);

const tablesOf = (wan: { v4: string; v6: string }) => ({
  services: `
ssh    22         -
http   80         -
dns    53         53
web    8000-8010  -
high   8005-8011  -
alt    81         54
odd    8011       -
`,
  addresses: `
office   203.0.113.0/24       2001:db8:2::/48
banned   192.0.2.66           2001:db8:bad::66
guest4   198.51.100.210       -
wan_ip   ${wan.v4}            ${wan.v6}
lan_net  ${lan.machine.v4.replace(/\d+$/, "0/24")}   ${lan.machine.v6.replace(/::.*$/, "::/64")}
nas      ${lan.machine.v4}    ${lan.machine.v6}
server   ${dmz.machine.v4}    ${dmz.machine.v6}
server4  ${dmz.machine.v4}    -
`,
  interfaces: `
eth0  mgmt  -
wan0  ext   gre
lan0  int   -
dmz0  dmz   -
`,
  rules: `
mgmt  FW   ALL      ALL     ssh   accept
ext   FW   banned   ALL     ALL   drop
ext   FW   ALL      ALL     http  accept
ext   FW   office   ALL     dns   accept
ext   FW   guest4   ALL     ALL   reject
ext   dmz  office   server  web   accept
ext   int  ALL      ALL     ALL   reject

# What goes out is masqueraded in part, by rules below those that accept it.
int   ext  ALL      ALL     web   accept
int   ext  ALL      ALL     http  accept
int   ext  lan_net  ALL     high  accept+nat
int   ALL  ALL      ALL     alt   drop
int   FW   ALL      ALL     dns   accept
int   dmz  ALL      ALL     ALL   accept
int   ext  ALL      ALL     dns   accept+nat
dmz   ext  ALL      ALL     http  accept
dmz   ext  server4  ALL     ALL   accept+nat
dmz   ALL  ALL      ALL     ALL   reject
`,
  virtuals: `
ext   wan_ip  server  alt  alt
ext   wan_ip  server  odd  http
# Dead: everything from ext to int is refused above.
ext   wan_ip  nas     dns  dns
`,
});

const SERVICES = ["tcp/80", "tcp/53", "tcp/8001", "tcp/8006", "tcp/8011", "tcp/81", "udp/53", "udp/54", "icmp"];
const TCP = [53, 80, 81, 8001, 8006, 8011];
const UDP = [53, 54];

let lab: Lab;
let host: LabHost;
let folder: string;
let tables: ReturnType<typeof tablesOf>;

interface Case {
  readonly told: string;
  readonly probe: Probe;
}
let cases: { readonly machine: Machine; readonly cases: readonly Case[] }[];

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ networks: ["lan0", "dmz0"] }] });
  host = lab.host("h1");
  tables = tablesOf({ v4: host.wanAddress, v6: host.wanAddress6 });
  for (const machine of [lab.client, host, ...host.behind.values()]) await lab.respond(machine, { tcp: TCP, udp: UDP });
  for (const address of ["203.0.113.7", "192.0.2.66", "198.51.100.210", "2001:db8:2::7", "2001:db8:bad::66"]) {
    await lab.client.own(address);
  }
  await lab.client.exec(
    "for a in $(ip -6 -o addr show dev wan0 to 2001:db8::/32 | awk '{ print $4 }' | grep -v 2001:db8:1::200/); do ip addr change $a dev wan0 preferred_lft 0; done",
  );
  folder = mkdtempSync(join(tmpdir(), "microfw-"));
  const node = join(folder, host.name);
  mkdirSync(node);
  for (const [name, text] of Object.entries(tables)) writeFileSync(join(node, name), text);
  cases = allCases();
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await lab?.stop();
});

/** Every sender to everybody else, by each service, in both families. */
function allCases(): typeof cases {
  const client = { v4: "198.51.100.200", v6: "2001:db8:1::200" };
  const wan = { v4: host.wanAddress, v6: host.wanAddress6 };
  const behind = (name: string) => host.behind.get(name) ?? host;
  const from = (machine: Machine, senders: readonly Partial<Record<"v4" | "v6", string>>[], to: readonly { v4: string; v6: string }[]) => ({
    machine,
    cases: senders.flatMap((sender) => (["v4", "v6"] as const).flatMap((family) => to.flatMap((target) => SERVICES.flatMap((service) => {
      const [src, dst] = [sender[family], target[family]];
      const [proto = "", port] = service.split("/");
      if (src === undefined || isForwardedDirectly(machine, target, service)) return [];
      return [{ told: `${service} ${src} → ${dst}`, probe: { proto, src, dst, ...(port && { port: Number(port) }), read: true } as Probe }];
    })))),
  }); // prettier-ignore
  const strangers = [client, { v4: "203.0.113.7", v6: "2001:db8:2::7" }, { v4: "192.0.2.66", v6: "2001:db8:bad::66" }, { v4: "198.51.100.210" }]; // prettier-ignore
  return [
    from(lab.client, strangers, [wan, lan.machine, dmz.machine]),
    from(behind("lan0"), [lan.machine], [lan.gateway, client, dmz.machine]),
    from(behind("dmz0"), [dmz.machine], [dmz.gateway, client, lan.machine]),
  ];
}

/** MicroFW opens the machine behind also for those who know its own address; that is asked apart. */
function isForwardedDirectly(machine: Machine, target: { v4: string }, service: string): boolean {
  return machine === lab.client && target === dmz.machine && ["tcp/80", "tcp/81", "udp/54"].includes(service);
}

/** What becomes of each packet, and who is asked by whom. Only how UDP over IPv6 is refused is not compared. */
async function fates(): Promise<string[]> {
  const told: string[] = [];
  for (const { machine, cases: of } of cases) {
    const verdicts = await machine.probe(of.map(({ probe }) => probe), { timeoutMs: 1200 }); // prettier-ignore
    for (const [index, one] of of.entries()) {
      const verdict = verdicts[index];
      const reply = (verdict?.reply ?? "").replace(/ local=.*/, "").replace(/:\d+$/, "");
      told.push(`${one.told}: ${verdict?.verdict ?? ""} ${reply}`.trim());
    }
  }
  return told;
}

async function deployImported(backend: (typeof BACKENDS)[number]): Promise<void> {
  const [policy] = importMicrofw(join(folder, host.name), { backend }).policies;
  if (policy === undefined) throw new Error("nothing was imported");
  const { identityFile, knownHostsFile } = host.ssh;
  const target = { address: host.address, user: "root", identityFiles: [identityFile], knownHostsFiles: [knownHostsFile] }; // prettier-ignore
  const [written] = synthesize([{ ...policy, target }], join(folder, "out"), "lab");
  const outcome = await deployHost(readBundle(written?.folder ?? ""), { connection: { configFile: null } });
  if (outcome.outcome !== "committed" && outcome.outcome !== "unchanged") throw new Error(JSON.stringify(outcome));
}

let documented: readonly string[];
let documentedDirect: readonly string[];

/** What the port forward lets through, sent to the machine behind itself. */
const direct = async () =>
  (await lab.client.probe([dmz.machine.v4, dmz.machine.v6].map((dst) => ({ proto: "tcp", dst, port: 81 })))).map(({ verdict }) => verdict); // prettier-ignore

beforeAll(async () => {
  await mustExec(host, `set -e\n${documentedRules(tables)}`);
  documented = await fates();
  documentedDirect = await direct();
  await mustExec(host, WITHOUT_DOCUMENTED_RULES);
}, 120_000);

it("what MicroFW documents is what the tables were written for", () => {
  const count = (pattern: RegExp) => documented.filter((line) => pattern.test(line)).length;
  // Each kind of fate is there, or else nothing would be compared.
  for (const kind of [/accept/, /reject/, /drop/, /lan0|h1/]) expect(count(kind)).toBeGreaterThan(5);
  expect(documented).toContainEqual(expect.stringMatching(new RegExp(`^tcp/8006 ${lan.machine.v4} → .* peer=${host.wanAddress}$`))); // prettier-ignore
  expect(documented).toContainEqual(expect.stringMatching(new RegExp(`^tcp/8001 ${lan.machine.v4} → .* peer=${lan.machine.v4}$`))); // prettier-ignore
});

describe.each(BACKENDS)("imported, by %s", (backend) => {
  beforeAll(() => deployImported(backend));

  it("every packet has the fate that MicroFW documents", async () => {
    expect(await fates()).toEqual(documented);
  });

  it("but one to the machine behind a port forward itself, which only a rule lets through", async () => {
    expect(documentedDirect).toEqual(["accept", "accept"]);
    expect(await direct()).toEqual(["reject", "reject"]);
  });
});
