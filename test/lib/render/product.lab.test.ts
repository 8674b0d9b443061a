import ipaddr from "ipaddr.js";
import type { HostPolicy, RuleEntry } from "../../../lib/model/policy";
import { Lab, type LabHost, type Machine, type Probe } from "../../../lib/sandbox";
import { innerAddresses } from "../../../lib/sandbox/addresses";
import { policyOf, rule, type PolicyParts } from "../../fixtures/policy";
import { BACKENDS, deploy } from "./on-host";

/**
 * Every (zone, source, destination, service, family), sent through the kernel and compared with what the policy says.
 *
 *     client (ext) ── wan0 ┐          ┌ lan0 ── a machine in the zone lan
 *                          ├── host ──┤
 *     deployer (mgmt) ─ eth0          └ dmz0 ── the server in the zone dmz
 *
 * The model that the kernel is held against reads the policy itself, entry by entry: it knows no chains.
 */
const lan = innerAddresses(1, 0);
const dmz = innerAddresses(1, 1);

const POLICY: PolicyParts = {
  zones: { ext: ["wan0"], lan: ["lan0"], dmz: ["dmz0"] },
  addresses: {
    office: { v4: ["203.0.113.0/24"], v6: ["2001:db8:2::/48"] },
    guest4: { v4: ["198.51.100.210"] },
    guest6: { v6: ["2001:db8:1::210"] },
    banned: { v4: ["192.0.2.66", "192.0.2.67"], v6: ["2001:db8:bad::/64"] },
    server: { v4: [dmz.machine.v4], v6: [dmz.machine.v6] },
    anywhere4: { v4: ["0.0.0.0/0"] },
  },
  services: {
    web: [{ kind: "ports", protocol: "tcp", ports: [[80, 80], [8000, 8010]] }], // prettier-ignore
    many: [{ kind: "ports", protocol: "udp", ports: Array.from({ length: 20 }, (_, n) => [5000 + 2 * n, 5000 + 2 * n] as const) }], // prettier-ignore
    ping4: [{ kind: "icmp", v4: [{ type: 8 }] }],
  },
  entries: [
    rule("drop", "ext", "all", { source: ["banned"] }),
    rule("reject", "ext", "host", { source: ["guest4", "guest6"], services: ["web"] }),
    rule("accept", "ext", "host", { services: ["web"] }),
    rule("accept", "ext", "host", { source: ["office"], services: ["dns", "many"] }),
    rule("drop", "ext", "host", { services: ["tcp/81"] }),
    rule("drop", "ext", "host", { source: ["office"], services: ["ping4"] }),
    rule("reject", "ext", "host", { source: ["guest4", "guest6"] }),
    rule("accept", "ext", "host", { services: ["udp/54"] }),
    rule("accept", "ext", "dmz", { destination: ["server"], services: ["web"] }),
    rule("accept", "ext", "dmz", { source: ["guest4"], services: ["udp/54"] }),
    rule("reject", "ext", "lan", { services: ["icmp"] }),
    rule("accept", "ext", "lan", { source: ["anywhere4"], services: ["tcp/81"] }),
    rule("accept", "lan", "host", { services: ["dns"] }),
    rule("drop", "lan", "ext", { services: ["tcp/81"] }),
    rule("accept+nat", "lan", "ext", { services: ["web", "dns", "tcp/81"] }),
    rule("accept", "lan", "all", { services: ["udp/5036-5038"] }),
    rule("reject", "lan", "dmz", { destination: ["server"], services: ["web"] }),
    rule("accept", "lan", "dmz"),
    rule("accept", "dmz", "lan", { services: ["tcp/80"] }),
    rule("reject", "dmz", "all"),
    rule("accept", "dmz", "all"),
  ],
};

interface Sender {
  readonly zone: string;
  readonly name: string;
  readonly v4: string;
  readonly v6: string;
}
interface Receiver {
  /** The zone that it is in, or the host itself. */
  readonly place: string;
  readonly v4: string;
  readonly v6: string;
  /** Not where an answer to UDP would come from another address than was asked. */
  readonly udp?: false;
}

const SENDERS: Sender[] = [
  { zone: "ext", name: "a stranger", v4: "198.51.100.200", v6: "2001:db8:1::200" },
  { zone: "ext", name: "the office", v4: "203.0.113.7", v6: "2001:db8:2::7" },
  { zone: "ext", name: "a guest", v4: "198.51.100.210", v6: "2001:db8:1::210" },
  { zone: "ext", name: "the banned one", v4: "192.0.2.66", v6: "2001:db8:bad::66" },
  { zone: "lan", name: "a machine in the lan", ...lan.machine },
  { zone: "dmz", name: "the server", ...dmz.machine },
];
const SERVICES = ["tcp/80", "tcp/8005", "tcp/81", "tcp/8011", "udp/53", "udp/54", "udp/5000", "udp/5001", "udp/5038", "icmp"]; // prettier-ignore
const TCP = [80, 81, 8005, 8011];
const UDP = [53, 54, 5000, 5001, 5038];

const HOW: Record<string, Record<string, Record<4 | 6, string>>> = {
  accept: {
    tcp: { 4: "syn-ack", 6: "syn-ack" },
    udp: { 4: "data", 6: "data" },
    icmp: { 4: "echo-reply", 6: "echo-reply" },
  },
  drop: {
    tcp: { 4: "timeout", 6: "timeout" },
    udp: { 4: "timeout", 6: "timeout" },
    icmp: { 4: "timeout", 6: "timeout" },
  },
  reject: {
    tcp: { 4: "rst", 6: "rst" },
    udp: { 4: "icmp:3/3", 6: "icmp:1/4" },
    icmp: { 4: "icmp:3/1", 6: "icmp:1/1" },
  },
};

let lab: Lab;
let host: LabHost;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ networks: ["lan0", "dmz0"] }] });
  host = lab.host("h1");
  for (const machine of [lab.client, host, ...host.behind.values()]) await lab.respond(machine, { tcp: TCP, udp: UDP });
  for (const { zone, v4, v6 } of SENDERS) {
    if (zone === "ext" && v4 !== "198.51.100.200") await Promise.all([lab.client.own(v4), lab.client.own(v6)]);
  }
  // So that the client answers from the address that is in no zone's list.
  await lab.client.exec(
    "for a in $(ip -6 -o addr show dev wan0 to 2001:db8::/32 | awk '{ print $4 }' | grep -v 2001:db8:1::200/); do ip addr change $a dev wan0 preferred_lft 0; done",
  );
});

afterAll(() => lab?.stop());

function receivers(zone: string): Receiver[] {
  const gateway = zone === "ext" ? { v4: host.wanAddress, v6: host.wanAddress6 } : zone === "lan" ? lan.gateway : dmz.gateway; // prettier-ignore
  const all: Receiver[] = [
    { place: "host", ...gateway },
    { place: "host", ...(zone === "lan" ? dmz.gateway : lan.gateway), udp: false },
    { place: "ext", v4: "198.51.100.200", v6: "2001:db8:1::200" },
    { place: "lan", ...lan.machine },
    { place: "dmz", ...dmz.machine },
  ];
  return all.filter(({ place }) => place !== zone);
}

describe.each(BACKENDS)("the kernel's verdicts are the policy's: %s", (backend) => {
  beforeAll(() => deploy(host, { ...POLICY, backend }));

  it.each(SENDERS)("for what $name sends", async ({ zone, ...sender }) => {
    const policy = policyOf(POLICY);
    const cases = receivers(zone).flatMap((receiver) =>
      SERVICES.filter((service) => receiver.udp !== false || !service.startsWith("udp")).flatMap((service) =>
        ([4, 6] as const).map((family) => {
          const [src, dst] = family === 4 ? [sender.v4, receiver.v4] : [sender.v6, receiver.v6];
          const action = verdictOf(policy, { from: zone, to: receiver.place, src, dst, service });
          const [proto = "", port] = service.split("/");
          const probe = { proto, dst, src, ...(port && { port: Number(port) }) } as Probe;
          return { probe, told: `${service} to ${receiver.place} ${dst}`, wanted: HOW[action]?.[proto]?.[family] };
        }),
      ),
    );
    const machine: Machine = zone === "ext" ? lab.client : (host.behind.get(`${zone}0`) ?? host);
    const verdicts = await machine.probe(
      cases.map(({ probe }) => probe),
      { timeoutMs: 600 },
    );
    expect(cases.map(({ told }, index) => `${told}: ${verdicts[index]?.how}`)).toEqual(
      cases.map(({ told, wanted }) => `${told}: ${wanted}`),
    );
  });
});

interface Packet {
  readonly from: string;
  readonly to: string;
  readonly src: string;
  readonly dst: string;
  readonly service: string;
}

function verdictOf(policy: HostPolicy, { from, to, src, dst, service }: Packet): "accept" | "reject" | "drop" {
  const entry = policy.entries.find(
    (one): one is RuleEntry =>
      one.kind === "rule" &&
      one.from.kind === "zone" &&
      one.from.name === from &&
      (one.to.kind === "all" ||
        (one.to.kind === "host" ? to === "host" : one.to.kind === "zone" && one.to.name === to)) &&
      (one.source.length === 0 || one.source.some((name) => holds(policy, name, src))) &&
      (one.destination.length === 0 || one.destination.some((name) => holds(policy, name, dst))) &&
      (one.services.length === 0 || one.services.some((name) => serves(policy, name, service, src.includes(":")))),
  );
  if (entry === undefined) return service === "icmp" ? "accept" : "reject";
  return entry.action === "accept+nat" ? "accept" : entry.action;
}

function holds(policy: HostPolicy, name: string, address: string): boolean {
  const { v4 = [], v6 = [] } = policy.addresses[name] ?? {};
  const given = ipaddr.parse(address);
  return [...v4, ...v6].some((member) => {
    const [network = "", prefix = member.includes(":") ? "128" : "32"] = member.split("/");
    const parsed = ipaddr.parse(network);
    return parsed.kind() === given.kind() && given.match([parsed, Number(prefix)] as never);
  });
}

function serves(policy: HostPolicy, name: string, service: string, v6: boolean): boolean {
  const [proto, port] = service.split("/");
  return (policy.services[name] ?? []).some((match) => {
    if (match.kind === "ports") {
      return match.protocol === proto && match.ports.some(([a, b]) => a <= Number(port) && Number(port) <= b);
    }
    if (match.kind !== "icmp" || proto !== "icmp") return false;
    if (match.v4 === undefined && match.v6 === undefined) return true;
    return (v6 ? match.v6 : match.v4)?.some(({ type }) => type === (v6 ? 128 : 8)) ?? false;
  });
}
