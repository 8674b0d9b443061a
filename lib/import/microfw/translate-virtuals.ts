import { endpointInWords } from "../../model/endpoint";
import type { Finding } from "../../model/findings";
import { hostAddressOf } from "../../model/host-address";
import type { PortRange } from "../../model/services";
import type {
  AddressPlan,
  AddressUse,
  EntryPlan,
  ForwardPlan,
  PlanLine,
  Remark,
  RulePlan,
  ServicePlan,
  ServiceUse,
} from "../plan";
import { at } from "./read-rows";
import { ALL, DOCKER, type Line, type VirtualRow } from "./rows";
import { differs, same } from "./translate-objects";
import { addressUse, serviceUse, type NodeNames } from "./translate-rules";
import { familiesOf, portsOf, serviceText } from "./uses";

/** Port forwards: they come after all rules, in MicroFW as here, so that they are refused by the same rules. */
export function translateVirtuals(
  table: readonly Line<VirtualRow>[],
  rules: readonly RulePlan[],
  names: NodeNames,
  findings: Finding[],
): readonly PlanLine<EntryPlan>[] {
  return table.flatMap((line): PlanLine<EntryPlan>[] => {
    if (line.kind !== "row") return [line];
    const { entries, remarks } = translateOne(line.row, names, findings);
    const refused = entries.length === 0 ? [] : refusedBy(line.row, rules, names);
    return [
      ...[...remarks, ...refused].map((remark) => ({ kind: "remark" as const, remark })),
      ...entries.map((what) => ({ kind: "declared" as const, what })),
    ];
  });
}

type Meaning = { readonly entries: readonly EntryPlan[]; readonly remarks: readonly Remark[] };

function translateOne(row: VirtualRow, names: NodeNames, findings: Finding[]): Meaning {
  const outside = addressUse(row.external, names);
  const services = [row.externalService, row.internalService].map((name) => serviceUse(name, names));
  const target = row.internal === DOCKER ? undefined : addressUse(row.internal, names);
  const empty = [
    ...(outside === "empty" ? [row.external] : []),
    ...(target === "empty" ? [row.internal] : []),
    ...(services[0] === "empty" ? [row.externalService] : services[1] === "empty" ? [row.internalService] : []),
  ];
  if (empty.length > 0) {
    return nothing(row, `left out: \`${empty[0] ?? ""}\` is empty, so that MicroFW makes no rule of it`);
  }
  if (outside === undefined || outside === "empty" || target === "empty") return { entries: [], remarks: [] };
  const pairs = pairsOf(row, names);
  if (row.externalService !== ALL && pairs.ports.length === 0) {
    findings.push(
      at(row.place, {
        problem: `\`${row.externalService}\` and \`${row.internalService}\` have no protocol in common`,
        allowed: "TCP goes to TCP, and UDP to UDP",
        fix: "give both services a port of the same protocol",
      }),
    );
    return { entries: [], remarks: [] };
  }
  if (target === undefined) return toDocker(row, outside, pairs, names);
  const machine = hostAddressOf(names.addresses.get(row.internal)?.policy ?? { v4: [], v6: [] }, `\`${row.internal}\``);
  if ("problem" in machine) {
    findings.push(at(row.place, { ...machine, allowed: "an address of one machine, of either family or of both" }));
    return { entries: [], remarks: [] };
  }
  if (!familiesOf(outside).some((family) => familiesOf(target).includes(family))) {
    const words = `left out: \`${row.external}\` and \`${row.internal}\` have no family in common, so that it never matches`;
    return nothing(row, words);
  }
  const forward = { kind: "forward", from: names.zones.get(row.from) ?? row.from, at: outside, to: target } as const;
  const entries = groupsOf(row, pairs, names).map(({ service, port }): ForwardPlan => ({
    ...forward,
    ...(service && { service }),
    ...(port && { port }),
    place: row.place,
  }));
  return { entries, remarks: pairs.remarks };
}

const nothing = ({ place }: VirtualRow, words: string): Meaning => ({ entries: [], remarks: [same(place, words)] });

type PortPair = { readonly protocol: "tcp" | "udp"; readonly outside: PortRange; readonly inside: PortRange };
type Pairs = { readonly ports: readonly PortPair[]; readonly remarks: readonly Remark[] };

/** Which port goes to which one. MicroFW takes the protocols of the internal service for both. */
function pairsOf(row: VirtualRow, { services }: NodeNames): Pairs {
  const outside = services.get(row.externalService)?.policy ?? [];
  const inside = services.get(row.internalService)?.policy ?? [];
  const ports: PortPair[] = [];
  const remarks: Remark[] = [];
  for (const protocol of ["tcp", "udp"] as const) {
    const to = portsOf(inside, protocol);
    if (to === undefined) continue;
    const from = portsOf(outside, protocol);
    if (from !== undefined) ports.push({ protocol, outside: from, inside: to });
    else {
      const name = protocol.toUpperCase();
      const words = `MicroFW forwards ${name}, too, to which \`${row.externalService}\` has no port; here it does not`;
      remarks.push(differs(row.place, words));
    }
  }
  if (
    row.internal !== DOCKER &&
    row.externalService !== row.internalService &&
    ports.some(({ inside: to }) => to[0] !== to[1])
  ) {
    remarks.push(differs(row.place, "MicroFW can not load a translation to a range of ports; here it works"));
  }
  return { ports, remarks: ports.length === 0 ? [] : remarks };
}

type Group = { readonly service?: ServiceUse; readonly port?: PortRange };

/** As few entries as possible: one where all ports stay as they are, or go to the same one. */
function groupsOf(row: VirtualRow, { ports }: Pairs, { services }: NodeNames): readonly Group[] {
  const outside = services.get(row.externalService);
  if (row.externalService === ALL || outside === undefined) return [{}];
  const moved = ports.filter(({ outside: from, inside: to }) => !isEqual(from, to));
  const targets = new Set(ports.map(({ inside: [first, last] }) => `${first}-${last}`));
  const whole = outside.policy.length === ports.length;
  if (moved.length === 0) return [{ service: useOf(ports, outside, whole) }];
  if (moved.length === ports.length && targets.size === 1 && ports[0] !== undefined) {
    return [{ service: useOf(ports, outside, whole), port: ports[0].inside }];
  }
  return ports.map((pair) => ({
    service: { texts: [serviceText(pair.protocol, pair.outside)] },
    ...(isEqual(pair.outside, pair.inside) ? {} : { port: pair.inside }),
  }));
}

function useOf(ports: readonly PortPair[], outside: ServicePlan, whole: boolean): ServiceUse {
  return whole ? { declared: outside } : { texts: ports.map((pair) => serviceText(pair.protocol, pair.outside)) };
}

const isEqual = (one: PortRange, other: PortRange) => one[0] === other[0] && one[1] === other[1];

/** Docker changes the destination by itself: the way to the containers is opened, and to the proxy on the host. */
function toDocker(row: VirtualRow, outside: AddressUse, { ports, remarks }: Pairs, names: NodeNames): Meaning {
  const { place } = row;
  const from = names.zones.get(row.from) ?? row.from;
  const containers = names.zones.get(DOCKER);
  const destination = onlyFamily(familiesOf(outside));
  const rule = {
    kind: "rule",
    action: "accept",
    from: { kind: "zone", name: from },
    ...(destination && { destination }),
    place,
  } as const;
  const use = (side: "outside" | "inside", name: string): ServiceUse => {
    const declared = names.services.get(name);
    const whole = declared !== undefined && declared.policy.length === ports.length;
    return whole ? { declared } : { texts: ports.map((pair) => serviceText(pair.protocol, pair[side])) };
  };
  const proxy: RulePlan = { ...rule, to: { kind: "host" }, service: use("outside", row.externalService) };
  if (containers === undefined) {
    const words = "there is no zone `DOCKER`: as in MicroFW, only the port of the host is opened, for Docker's proxy";
    return { entries: [proxy], remarks: [...remarks, same(place, words)] };
  }
  const words =
    "as in MicroFW, it opens the port of every container, at every address of the host; name the container's address " +
    "as `destination` to open only one";
  const passed: RulePlan = {
    ...rule,
    to: { kind: "zone", name: containers },
    service: use("inside", row.internalService),
  };
  return { entries: [passed, proxy], remarks: [...remarks, same(place, words)] };
}

/** MicroFW makes rules for the families of the external address, and does not look at the address itself. */
function onlyFamily(families: readonly (4 | 6)[]): AddressUse | undefined {
  if (families.length !== 1) return undefined;
  const everything: AddressPlan =
    families[0] === 4
      ? { name: "0.0.0.0/0", policy: { v4: ["0.0.0.0/0"], v6: [] } }
      : { name: "::/0", policy: { v4: [], v6: ["::/0"] } };
  return { texts: [everything] };
}

/** Rules that a port forward never gets past: it is kept where it means the same, and that is told. */
function refusedBy(row: VirtualRow, rules: readonly RulePlan[], { zones }: NodeNames): Remark[] {
  const from = zones.get(row.from) ?? row.from;
  const refusal = rules.find(
    (rule) =>
      endpointInWords(rule.from) === from &&
      (rule.action === "reject" || rule.action === "drop") &&
      rule.to.kind !== "host" &&
      rule.source === undefined &&
      rule.destination === undefined &&
      rule.service === undefined,
  );
  if (refusal === undefined) return [];
  const where = refusal.to.kind === "zone" ? ` where the machine is behind \`${refusal.to.name}\`` : "";
  const words = `never reached${where}: line ${refusal.place.line} of the rules refuses it, as in MicroFW; move it above that rule to make it work`;
  return [same(row.place, words)];
}
