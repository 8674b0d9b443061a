import { checkPolicy } from "../../lib/model/check-policy";
import type { Action, Endpoint, Entry, ForwardEntry, HostPolicy, RuleEntry } from "../../lib/model/policy";
import type { ServicePolicy } from "../../lib/model/services";
import type { LabHost } from "../../lib/sandbox";
import { DMZ, LAN, SNAT } from "./world";
import type { Random } from "./random";

const ADDRESSES: HostPolicy["addresses"] = {
  office: { v4: ["203.0.113.0/24"], v6: ["2001:db8:2::/48"] },
  "half-of-it": { v4: ["203.0.113.0/25"], v6: ["2001:db8:2::/49"] },
  banned: { v4: ["192.0.2.66", "192.0.2.68/30"], v6: ["2001:db8:bad::/64"] },
  "only-v4": { v4: ["198.51.100.0/24", "10.88.0.0/16"], v6: [] },
  "only-v6": { v4: [], v6: ["2001:db8:1::/64", "fd88::/16"] },
  anywhere: { v4: ["0.0.0.0/0"], v6: ["::/0"] },
  inside: { v4: [LAN.machine.v4, DMZ.machine.v4], v6: [LAN.machine.v6, DMZ.machine.v6] },
};

const SERVICES: Readonly<Record<string, ServicePolicy>> = {
  http: [{ kind: "ports", protocol: "tcp", ports: [[80, 80]] }],
  web: [{ kind: "ports", protocol: "tcp", ports: [[80, 80], [443, 443]] }], // prettier-ignore
  range: [{ kind: "ports", protocol: "tcp", ports: [[8000, 8010]] }],
  dns: [
    { kind: "ports", protocol: "udp", ports: [[53, 53]] },
    { kind: "ports", protocol: "tcp", ports: [[81, 81]] },
  ],
  games: [{ kind: "ports", protocol: "udp", ports: [[5000, 5005]] }],
  ping: [{ kind: "icmp", v4: [{ type: 8 }], v6: [{ type: 128 }] }],
  icmp: [{ kind: "icmp" }],
};

const ZONES = ["ext", "lan", "dmz"];
const ACTIONS: readonly Action[] = ["accept", "accept", "accept", "accept+nat", "reject", "drop"];
const zone = (name: string): Endpoint => ({ kind: "zone", name });

/** A policy that passes the checks: zones with overlapping networks, rules, port forwards and NAT of both families. */
export function randomPolicy(random: Random, host: LabHost): HostPolicy {
  const entries = Array.from({ length: 3 + random.count(12) }, (_, index) =>
    random.chance(0.2) ? forward(random, index) : rule(random, index),
  );
  const policy = (kept: readonly Entry[]): HostPolicy => ({
    format: 1,
    host: host.name,
    path: "oracle",
    backend: "iptables",
    target: {
      address: host.address,
      user: "root",
      identityFiles: [host.ssh.identityFile],
      knownHostsFiles: [host.ssh.knownHostsFile],
    },
    zones: [
      { name: "mgmt", interfaces: [{ name: "eth0", dhcp: false }], default: "accept" },
      ...ZONES.map((name) => ({
        name,
        interfaces: [{ name: name === "ext" ? "wan0" : `${name}0`, dhcp: false }],
        ...(random.chance(0.2) && { default: random.pick(["accept", "reject", "drop"] as const) }),
      })),
    ],
    addresses: ADDRESSES,
    services: SERVICES,
    entries: kept,
  });
  const whole = policy(entries);
  const mistaken = new Set(checkPolicy(whole).map(({ origin }) => origin.path));
  return { ...whole, entries: entries.filter(({ origin }) => !mistaken.has(origin.path)) };
}

function rule(random: Random, index: number): RuleEntry {
  const to = random.pick<Endpoint>([{ kind: "host" }, { kind: "all" }, ...ZONES.map(zone)]);
  const action = random.pick(ACTIONS);
  const does = action === "accept+nat" && to.kind === "host" ? "accept" : action;
  const names = Object.keys(ADDRESSES);
  return {
    kind: "rule",
    action: does,
    from: zone(random.pick(ZONES)),
    to,
    source: random.some(names, 2),
    destination: random.chance(0.2) ? random.some(names, 1) : [],
    services: random.some(Object.keys(SERVICES), 3),
    ...(random.chance(0.2) && { exceptSource: [random.pick(names)] }),
    ...(random.chance(0.1) && { exceptDestination: [random.pick(names)] }),
    ...(does === "accept+nat" && to.kind === "zone" && to.name === "ext" && random.chance(0.3) && { snat: SNAT }),
    origin: { path: `oracle/rule-${index}` },
  };
}

function forward(random: Random, index: number): ForwardEntry {
  const { machine } = random.pick([LAN, DMZ]);
  const family = random.count(3);
  const moved = random.chance(0.5);
  return {
    kind: "forward",
    from: zone("ext"),
    external: [],
    source: random.chance(0.3) ? [random.pick(["office", "half-of-it", "only-v4"])] : [],
    services: [random.pick(["http", "range", "games"])],
    target: { ...(family !== 1 && { v4: machine.v4 }), ...(family !== 2 && { v6: machine.v6 }) },
    ...(moved && { targetPorts: [443, 443] as const }),
    hairpin: random.chance(0.4) ? [random.pick(["lan", "dmz"])] : [],
    origin: { path: `oracle/forward-${index}` },
  };
}
