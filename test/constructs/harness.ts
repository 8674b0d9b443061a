import { Construct, RootConstruct } from "constructs";
import { Fleet, Host, printFinding, type FleetProps } from "../../constructs";

/** A fleet `edge/fleet` and its host `web-1` with the zones `ext` and `lan`, to write rules on. */
export function edge(props: FleetProps = {}) {
  const root = new RootConstruct();
  const stack = new Construct(root, "edge");
  const fleet = new Fleet(stack, "fleet", props);
  const host = new Host(fleet, "web-1", { address: "203.0.113.11" });
  const ext = host.addZone("ext", { interfaces: ["eth0"] });
  const lan = host.addZone("lan", { interfaces: ["eth1"] });
  return { root, stack, fleet, host, ext, lan };
}

export type Edge = ReturnType<typeof edge>;

/** What a declaration on the edge is told, without the place in this file. */
export function findingsOf(declare: (edge: Edge) => void): string[] {
  const made = edge();
  declare(made);
  return told(made.fleet);
}

export function told(fleet: Fleet): string[] {
  return fleet.findings().map(({ origin, ...finding }) => printFinding({ ...finding, origin: { path: origin.path } }));
}

export function expectValid(declare: (edge: Edge) => void): void {
  expect(findingsOf(declare)).toEqual([]);
}

/** Each expected text is part of one finding, in the order of the output, and there are no others. */
export function expectFindings(declare: (edge: Edge) => void, expected: readonly string[]): void {
  const findings = findingsOf(declare);
  expect(findings).toHaveLength(expected.length);
  for (const [index, part] of expected.entries()) expect(findings[index]).toContain(part);
}
