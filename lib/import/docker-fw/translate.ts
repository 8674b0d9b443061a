import { readAddressText } from "../../model/address-text";
import { DEFAULT_BACKEND, type Backend } from "../../model/backend";
import { DOCKER_INTERFACES } from "../../model/containers";
import { meaningOf, type AcceptWords, type DockerFwZones } from "../../model/docker-fw/rule";
import { endpointOf } from "../../model/entry-of-form";
import type { Mistake } from "../../model/explain-issues";
import { show, type Finding } from "../../model/findings";
import { libraryService } from "../../model/service-library";
import { readServiceText } from "../../model/service-text";
import {
  BLANK,
  type AddressPlan,
  type AddressUse,
  type EntryPlan,
  type HostPlan,
  type Place,
  type PlanLine,
  type RulePlan,
  type ServiceUse,
} from "../plan";
import type { Statement } from "./statements";

export interface DockerFwHost {
  readonly name: string;
  /** The interfaces by which the outside comes. */
  readonly interfaces: readonly string[];
  readonly backend: Backend;
}

const ZONES: DockerFwZones = { outside: "ext", containers: "docker" };
const PROGRAM = "docker-fw";

type Lines = PlanLine<EntryPlan>[];

/** Statements → what they mean for a host. Mistakes are added to the findings. */
export function translate(
  statements: readonly Statement[],
  { name, interfaces, backend }: DockerFwHost,
  first: Place,
  findings: Finding[],
): HostPlan {
  const written = new Map<string, Place>();
  const linked = linksIn(statements);
  const rules = statements.flatMap((one) => onlyOnce(linesOf(one, { backend, linked, findings }), written));
  const place = first;
  return {
    name,
    ...(backend !== DEFAULT_BACKEND && { backend }),
    zones: [
      {
        kind: "declared",
        what: { name: ZONES.outside, interfaces: interfaces.map((one) => ({ name: one, dhcp: false })), place },
      },
      {
        kind: "declared",
        what: {
          name: ZONES.containers,
          interfaces: DOCKER_INTERFACES.map((one) => ({ name: one, dhcp: false })),
          containers: "closed",
          place,
        },
      },
    ],
    addresses: [],
    services: [],
    entries: [...ownWay(place), BLANK, ...rules, BLANK, ...waysOut(place)],
  };
}

/** docker-fw does not touch what goes to the host itself; here somebody must be let in. */
function ownWay(place: Place): Lines {
  const words = "docker-fw leaves the host itself to other rules; here it is closed but for SSH: add what it serves";
  const accept = { from: ZONES.outside, to: "host", service: "ssh" };
  return [differs(place, words), { kind: "declared", what: rulePlan(accept, place) }];
}

function waysOut(place: Place): Lines {
  const words = "as Docker does by itself, and docker-fw leaves it: containers may begin connections to the outside";
  const what = rulePlan({ from: ZONES.containers, to: ZONES.outside }, place);
  return [same(place, words), { kind: "declared", what }];
}

/** Who finds whom by name: `app db`. */
type Linked = ReadonlySet<string>;

function linksIn(statements: readonly Statement[]): Linked {
  return new Set(
    statements.flatMap((one) => (one.kind === "hosts" ? one.names.map((name) => `${one.owner} ${name}`) : [])),
  );
}

interface Context {
  readonly backend: Backend;
  readonly linked: Linked;
  readonly findings: Finding[];
}

function linesOf(statement: Statement, { backend, linked, findings }: Context): Lines {
  switch (statement.kind) {
    case "comment":
    case "blank":
      return [statement];
    case "said":
      return [remark(statement.place, statement.words, statement.differs)];
    case "hosts":
      return statement.names.map((name) => same(statement.place, named(statement.owner, name)));
    case "allow": {
      const { owner, place, sources } = statement;
      const what: RulePlan = {
        ...rulePlan({ from: ZONES.outside, to: `container ${owner}` }, place),
        source: { texts: sources.flatMap(addressPlan) },
        published: true,
      };
      return [{ kind: "declared", what }];
    }
    case "rule": {
      const { rule, place, link } = statement;
      const meaning = meaningOf(rule, ZONES);
      if ("needless" in meaning) return [same(place, meaning.needless)];
      if ("problem" in meaning) {
        findings.push(at(place, meaning));
        return [];
      }
      const { accept } = meaning;
      const { raw } = accept;
      if (raw !== undefined && raw[backend] === undefined) return [differs(place, untranslated(rule.filter, backend))];
      const { source, destination } = rule;
      const isLinked =
        source.kind === "container" &&
        destination.kind === "container" &&
        (link || linked.has(`${source.name} ${destination.name}`));
      return [{ kind: "declared", what: { ...rulePlan(accept, place), ...(isLinked && { link: true }) } }];
    }
  }
}

const named = (source: string, target: string) =>
  `\`${source}\` finds \`${target}\` by name where a rule between the two says \`link\`; docker-fw wrote the name with such a rule`;

function untranslated(filter: string | undefined, backend: Backend): string {
  return (
    `left out, and closed: the filter ${show(filter ?? "")} is in the words of iptables; import with ` +
    `\`--backend iptables\`, or write the rule with its meaning in the words of ${backend}`
  );
}

/** docker-fw keeps a rule once, however often it is added. */
function onlyOnce(lines: Lines, written: Map<string, Place>): Lines {
  return lines.flatMap((line): Lines => {
    if (line.kind !== "declared") return [line];
    const { place, ...what } = line.what;
    const key = JSON.stringify(what);
    const earlier = written.get(key);
    if (earlier !== undefined) return [same(place, `left out: the same as ${earlier.file}:${earlier.line}`)];
    written.set(key, place);
    return [line];
  });
}

type Words = Omit<AcceptWords, "service"> & { readonly service?: string };

function rulePlan({ from, to, source, destination, service, ...more }: Words, place: Place): RulePlan {
  return {
    kind: "rule",
    action: "accept",
    from: endpointOf(from),
    to: endpointOf(to),
    ...(source !== undefined && { source: addressUse(source) }),
    ...(destination !== undefined && { destination: addressUse(destination) }),
    ...(service !== undefined && { service: serviceUse(service) }),
    ...more,
    place,
  };
}

const addressUse = (text: string): AddressUse => ({ texts: addressPlan(text) });

function addressPlan(text: string): AddressPlan[] {
  const read = readAddressText(text);
  return read === undefined || "problem" in read ? [] : [read];
}

function serviceUse(name: string): ServiceUse {
  const known = libraryService(name);
  if (known !== undefined) return { declared: { name, policy: known, library: true } };
  const policy = readServiceText(name);
  // INVARIANT: ports were read before.
  if (policy === undefined || "problem" in policy) throw new Error(`invariant: ${name} is no service`);
  return { texts: [{ name, policy, library: false }] };
}

const remark = (place: Place, words: string, other: boolean): PlanLine<EntryPlan> => ({
  kind: "remark",
  remark: { program: PROGRAM, place, differs: other, words },
});
const same = (place: Place, words: string) => remark(place, words, false);
const differs = (place: Place, words: string) => remark(place, words, true);

function at({ file, line, column }: Place, mistake: Mistake): Finding {
  return { ...mistake, origin: { path: file, file, line, ...(column !== undefined && { column }) } };
}
