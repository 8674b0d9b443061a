import { checkPolicy } from "../../lib/model/check-policy";
import type { Action, Endpoint, Entry, ForwardEntry, HostPolicy, RuleEntry } from "../../lib/model/policy";
import type { ServicePolicy } from "../../lib/model/services";
import type { LabHost } from "../../lib/sandbox";
import { INNER, INNER_INTERFACES, SNAT, SOURCE_PORTS } from "./world";
import type { Random } from "./random";

const ADDRESSES: HostPolicy["addresses"] = {
  office: { v4: ["203.0.113.0/24"], v6: ["2001:db8:2::/48"] },
  "half-of-it": { v4: ["203.0.113.0/25"], v6: ["2001:db8:2::/49"] },
  banned: { v4: ["192.0.2.66", "192.0.2.68/30"], v6: ["2001:db8:bad::/64"] },
  "only-v4": { v4: ["198.51.100.0/24", "10.88.0.0/16"], v6: [] },
  "only-v6": { v4: [], v6: ["2001:db8:1::/64", "fd88::/16"] },
  anywhere: { v4: ["0.0.0.0/0"], v6: ["::/0"] },
  inside: {
    v4: INNER_INTERFACES.map((name) => INNER[name].machine.v4),
    v6: INNER_INTERFACES.map((name) => INNER[name].machine.v6),
  },
};

/** Those that mean the same in both families. */
const EVEN_ADDRESSES = Object.keys(ADDRESSES).filter((name) => !name.startsWith("only-"));

const SERVICES: Readonly<Record<string, ServicePolicy>> = {
  http: [{ kind: "ports", protocol: "tcp", ports: [[80, 80]] }],
  web: [{ kind: "ports", protocol: "tcp", ports: [[80, 80], [443, 443]] }], // prettier-ignore
  range: [{ kind: "ports", protocol: "tcp", ports: [[8000, 8010]] }],
  ranges: [{ kind: "ports", protocol: "tcp", ports: [[81, 81], [443, 8000], [8010, 8011]] }], // prettier-ignore
  dns: [
    { kind: "ports", protocol: "udp", ports: [[53, 53]] },
    { kind: "ports", protocol: "tcp", ports: [[81, 81]] },
  ],
  games: [{ kind: "ports", protocol: "udp", ports: [[5000, 5005]] }],
  ping: [{ kind: "icmp", v4: [{ type: 8 }], v6: [{ type: 128 }] }],
  timestamp: [{ kind: "icmp", v4: [{ type: 13 }], v6: [{ type: 139 }] }],
  icmp: [{ kind: "icmp" }],
};

const ZONES = ["ext", "lan", "dmz"];
const ACTIONS: readonly Action[] = ["accept", "accept", "accept", "accept+nat", "reject", "drop"];
const zone = (name: string): Endpoint => ({ kind: "zone", name });

/** Enough for the compiler to look many rules up in sets of pairs. */
const MANY = 70;

/** Whether every object of a policy has both families, so that corresponding packets meet the same. */
export function isEven({ entries }: HostPolicy): boolean {
  return entries.every((entry) =>
    entry.kind === "rule"
      ? [entry.source, entry.destination, entry.exceptSource ?? [], entry.exceptDestination ?? []]
          .flat()
          .every((name) => EVEN_ADDRESSES.includes(name))
      : entry.target.v4 !== undefined && entry.target.v6 !== undefined && !entry.source.includes("only-v4"),
  );
}

/** A policy that passes the checks: zones with overlapping networks, rules, port forwards and NAT of both families. */
export function randomPolicy(random: Random, host: LabHost): HostPolicy {
  const even = random.chance(0.5);
  const many = random.chance(0.15) ? Array.from({ length: MANY }, (_, index) => plainRule(random, even, index)) : [];
  const others = Array.from({ length: 3 + random.count(12) }, (_, index) =>
    random.chance(0.2) ? forward(random, even, index) : rule(random, even, index),
  );
  const entries = random.chance(0.5) ? [...many, ...others] : [...others, ...many];
  const lan = random.chance(0.3) ? ["lan*"] : ["lan0", "lan1"];
  const interfaces: Readonly<Record<string, readonly string[]>> = { ext: ["wan0"], lan, dmz: ["dmz0"] };
  const defaults = ZONES.map((name) => ({
    name,
    otherwise: random.chance(0.2) ? random.pick(["accept", "reject", "drop"] as const) : undefined,
  }));
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
      ...defaults.map(({ name, otherwise }) => ({
        name,
        interfaces: (interfaces[name] ?? []).map((one) => ({ name: one, dhcp: false })),
        ...(otherwise !== undefined && { default: otherwise }),
      })),
    ],
    addresses: ADDRESSES,
    services: SERVICES,
    entries: kept,
  });
  const mistaken = new Set(checkPolicy(policy(entries)).map(({ origin }) => origin.path));
  return policy(entries.filter(({ origin }) => !mistaken.has(origin.path)));
}

/** One source and one service with ports, as most rules of long lists are. */
function plainRule(random: Random, even: boolean, index: number): RuleEntry {
  return {
    kind: "rule",
    action: random.pick(["accept", "reject", "drop"]),
    from: zone("ext"),
    to: random.pick<Endpoint>([{ kind: "host" }, zone("lan")]),
    source: [random.pick(even ? EVEN_ADDRESSES : Object.keys(ADDRESSES))],
    destination: [],
    services: [random.pick(["http", "web", "range", "games"])],
    origin: { path: `oracle/plain-${index}` },
  };
}

function rule(random: Random, even: boolean, index: number): RuleEntry {
  const to = random.pick<Endpoint>([{ kind: "host" }, { kind: "all" }, ...ZONES.map(zone)]);
  const action = random.pick(ACTIONS);
  const does = action === "accept+nat" && to.kind === "host" ? "accept" : action;
  const names = even ? EVEN_ADDRESSES : Object.keys(ADDRESSES);
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
    ...(random.chance(0.15) && { sourcePorts: [random.pick([[SOURCE_PORTS[0] ?? 0, SOURCE_PORTS[0] ?? 0], [1024, 4000], [4001, 65535]] as const)] }), // prettier-ignore
    ...(random.chance(0.1) && { expires: random.pick(["2021-01-01T00:00:00Z", "2037-01-01T00:00:00Z"]) }),
    ...(random.chance(0.1) && { log: { level: "info", rate: { count: 10, per: "minute" } } as const }),
    ...(does === "accept+nat" && to.kind === "zone" && to.name === "ext" && random.chance(0.3) && { snat: SNAT }),
    origin: { path: `oracle/rule-${index}` },
  };
}

function forward(random: Random, even: boolean, index: number): ForwardEntry {
  const { machine } = INNER[random.pick(INNER_INTERFACES)];
  const family = even ? 0 : random.count(3);
  const moved = random.chance(0.5);
  return {
    kind: "forward",
    from: zone("ext"),
    external: [],
    source: random.chance(0.3) ? [random.pick(["office", "half-of-it", ...(even ? [] : ["only-v4"])])] : [],
    services: [random.pick(["http", "range", "games"])],
    target: { ...(family !== 1 && { v4: machine.v4 }), ...(family !== 2 && { v6: machine.v6 }) },
    ...(moved && { targetPorts: [443, 443] as const }),
    hairpin: random.chance(0.4) ? [random.pick(["lan", "dmz"])] : [],
    origin: { path: `oracle/forward-${index}` },
  };
}
