import { Token } from "cdktf";
import type { Finding } from "../index";
import type { FleetDeployment, FleetDeploymentProps } from "./fleet-deployment";
import { PLAN_DETAILS } from "./plan-detail";
import { TRIGGERS } from "./trigger";

type Mistake = Omit<Finding, "origin">;

const REMOVAL_POLICIES = ["retain", "teardown"];
const AT_SYNTH = "give a value that is known at synth: rules are compiled before Terraform runs";

/** What is wrong with what the program gave, whatever the fleet may hold. */
export function checkProps(props: FleetDeploymentProps): Mistake[] {
  const { trigger, planDetail, removalPolicy, confirmTimeout: seconds, command } = props;
  return [
    ...oneOf("trigger", trigger, TRIGGERS),
    ...oneOf("planDetail", planDetail, PLAN_DETAILS),
    ...oneOf("removalPolicy", removalPolicy, REMOVAL_POLICIES),
    ...(seconds === undefined || (Number.isInteger(seconds) && seconds >= 1 && seconds <= 3600)
      ? []
      : [{ problem: `\`confirmTimeout\` is \`${seconds}\``, allowed: "whole seconds from 1 to 3600" }]),
    ...(command === undefined || (command.length > 0 && command.every((word) => typeof word === "string"))
      ? []
      : [
          { problem: "`command` names no program", allowed: 'a program and its arguments, such as `["npx", "cdkfw"]`' },
        ]),
    ...(command?.some((word) => Token.isUnresolved(word))
      ? [{ problem: "`command` holds an unresolved token", fix: AT_SYNTH }]
      : []),
  ];
}

function oneOf(name: string, given: unknown, allowed: readonly string[]): Mistake[] {
  if (given === undefined || allowed.includes(given as string)) return [];
  const choice = allowed.map((one) => `\`${one}\``).join(", ");
  return [{ problem: `\`${name}\` is ${JSON.stringify(given)}`, allowed: choice }];
}

/** Deployments that may get in each other's way, in the order in which they were made. */
export interface Neighbours {
  readonly inStack: readonly FleetDeployment[];
  readonly ofFleet: readonly FleetDeployment[];
}

/** What is wrong with how a deployment, its fleet and its neighbours fit together, once the program has ended. */
export function checkDeployment(deployment: FleetDeployment, { inStack, ofFleet }: Neighbours): Finding[] {
  const mistakes = [
    ...unknownHosts(deployment),
    ...twiceInApp(deployment, before(deployment, ofFleet)),
    ...twiceInStack(deployment, before(deployment, inStack)),
    ...tokens(deployment),
    ...lateTeardowns(deployment),
  ];
  const { origin } = deployment;
  return [...findingsOutside(deployment, ofFleet), ...mistakes.map((mistake) => ({ ...mistake, origin }))];
}

function before(deployment: FleetDeployment, all: readonly FleetDeployment[]): readonly FleetDeployment[] {
  return all.slice(0, all.indexOf(deployment));
}

/** cdktf validates stacks, and not what stands beside them: a fleet in the app's scope would go unchecked. */
function findingsOutside(deployment: FleetDeployment, ofFleet: readonly FleetDeployment[]): readonly Finding[] {
  const { fleet, stack } = deployment;
  return ofFleet[0] !== deployment || fleet.node.scopes.includes(stack) ? [] : fleet.findings();
}

function unknownHosts(deployment: FleetDeployment): Mistake[] {
  const known = deployment.fleet.hosts.map(({ hostName }) => hostName);
  return deployment
    .wantedNames()
    .filter((name) => !known.includes(name))
    .map((name) => ({
      problem: `\`hosts\` names \`${name}\`, which is no host of the fleet \`${deployment.fleet.node.path}\``,
      allowed:
        known
          .slice(0, 20)
          .map((one) => `\`${one}\``)
          .join(", ") || "none, since the fleet has no host",
    }));
}

/** Two resources for one host would bring it the same rules, side by side: one of them would find it locked. */
function twiceInApp(deployment: FleetDeployment, earlier: readonly FleetDeployment[]): Mistake[] {
  return overlaps(deployment, earlier).map(({ host, other }) => ({
    problem: `the host \`${host}\` is deployed twice: by \`${other.node.path}\` too`,
    fix: "give each of the two its part of the fleet by `hosts`",
  }));
}

/** A stack keeps its bundles in one folder by the hosts' names. */
function twiceInStack(deployment: FleetDeployment, earlier: readonly FleetDeployment[]): Mistake[] {
  const ofOthers = earlier.filter(({ fleet }) => fleet !== deployment.fleet);
  return overlaps(deployment, ofOthers).map(({ host, other }) => ({
    problem: `the stack has two hosts named \`${host}\`: \`${other.node.path}\` deploys one of another fleet`,
    fix: "give one of the two another name, or a stack of its own",
  }));
}

function overlaps(
  deployment: FleetDeployment,
  others: readonly FleetDeployment[],
): { host: string; other: FleetDeployment }[] {
  const taken = new Map(others.flatMap((other) => other.hostNames.map((name) => [name.toLowerCase(), other] as const)));
  return deployment.hostNames.flatMap((host) => {
    const other = taken.get(host.toLowerCase());
    return other === undefined ? [] : [{ host, other }];
  });
}

/** A bundle is written before Terraform knows the attributes of its resources. */
function tokens({ fleet, hostNames }: FleetDeployment): Mistake[] {
  const wanted = new Set(hostNames);
  return fleet.hosts
    .filter(({ hostName, target }) => wanted.has(hostName) && strings(target).some((one) => Token.isUnresolved(one)))
    .map(({ hostName }) => ({
      problem: `the SSH settings of \`${hostName}\` hold an unresolved token`,
      fix: AT_SYNTH,
    }));
}

/** A destroy-time provisioner knows nothing of other resources. */
function lateTeardowns({ fleet, hostNames, removalPolicy }: FleetDeployment): Mistake[] {
  if (removalPolicy !== "teardown") return [];
  return fleet.hosts
    .filter(({ hostName, lateAddress }) => lateAddress !== undefined && hostNames.includes(hostName))
    .map(({ hostName }) => ({
      problem: `\`removalPolicy\` is \`teardown\`, and the address of \`${hostName}\` is known to Terraform alone`,
      fix: "give the host a fixed address or a DNS name, or let it keep its rules",
    }));
}

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}
