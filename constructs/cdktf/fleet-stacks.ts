import { App, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { printAssignment } from "../../lib/model/assignment-file";
import { printFinding, show } from "../../lib/model/findings";
import { spread } from "../../lib/model/spread";
import { UserError, type Fleet, type Host } from "../index";
import { readAssignmentFile, writeAssignmentFile } from "./assignment-on-disk";
import { FleetDeployment, type FleetDeploymentProps } from "./fleet-deployment";

/** Terraform's cost grows faster than a stack: docs/terraform.md has figures. */
const DEFAULT_SIZE = 100;

export interface FleetStacksProps extends Omit<FleetDeploymentProps, "fleet" | "hosts"> {
  /** The fleet, beside the stacks: `new Fleet(app, "fleet")`. All of its hosts must be there. */
  readonly fleet: Fleet;
  /** Hosts of a stack, at most. @default 100 */
  readonly size?: number | undefined;
  /**
   * The file that keeps which stack has which hosts, relative to the working directory. It belongs to the program: commit
   * it. @default `ID.stacks.json`
   */
  readonly file?: string | undefined;
  /**
   * Whether a host that the file does not have is a mistake. Else it is given a place, and the file is written.
   * @default where `CI` is `true`: what a pipeline writes is lost
   */
  readonly frozen?: boolean | undefined;
  /** Called for each stack when it is made, for what it needs beside: its backend, its providers. */
  readonly prepare?: ((stack: TerraformStack) => void) | undefined;
}

/**
 * Spreads a fleet over stacks, `edge-1`, `edge-2` and so on, each with a `FleetDeployment` of its own:
 *
 * ```ts
 * const fleet = new Fleet(app, "fleet", { inventory });
 * // … hosts and their rules
 * new FleetStacks(app, "edge", {
 *   fleet,
 *   prepare: (stack) => new S3Backend(stack, { bucket: "state", key: `${stack.node.id}.tfstate`, region: "eu-central-1" }),
 * });
 * ```
 *
 * A host keeps its stack, whoever comes or goes.
 */
export class FleetStacks {
  /** In their order. */
  readonly stacks: readonly TerraformStack[];
  /** One for each stack. */
  readonly deployments: readonly FleetDeployment[];
  readonly #fleet: Fleet;

  /** @throws UserError `not-in-app`, `stack-size`, `assignment-file`, `unassigned-hosts` */
  constructor(scope: Construct, id: string, props: FleetStacksProps) {
    const { fleet, size = DEFAULT_SIZE, file = `${id}.stacks.json`, frozen, prepare, ...deployment } = props;
    if (!App.isApp(scope)) {
      throw new UserError("not-in-app", `the stacks ${show(id)} are to be made in ${show(scope.node.path)}`, "Make them in the app: `new FleetStacks(app, …)`."); // prettier-ignore
    }
    if (!Number.isInteger(size) || size < 1) {
      throw new UserError("stack-size", `\`size\` is \`${size}\``, "Allowed: a whole number from 1.");
    }
    this.#fleet = fleet;
    const before = readAssignmentFile(file);
    const hosts = fleet.hosts.map(({ hostName: name, groups }) => ({ name, groups }));
    const assignment = spread(hosts, before, { size, name: (number) => `${id}-${number}` });
    if (printAssignment(assignment) !== printAssignment(before)) {
      const known = new Set([...before.values()].flat());
      const fresh = hosts.filter(({ name }) => !known.has(name)).map(({ name }) => name);
      if (frozen ?? process.env["CI"] === "true") refuse(fresh, file);
      else writeAssignmentFile(file, printAssignment(assignment));
    }
    const made = [...assignment].map(([name, names]) => {
      const stack = new TerraformStack(scope, name);
      prepare?.(stack);
      return { stack, deployment: new FleetDeployment(stack, "deploy", { ...deployment, fleet, hosts: names }) };
    });
    this.stacks = made.map(({ stack }) => stack);
    this.deployments = made.map((one) => one.deployment);
    scope.node.addValidation({ validate: () => this.#lateHosts() });
  }

  /**
   * The stack of a host, for what Terraform knows beside.
   * @throws UserError `unknown-host`
   */
  stackOf(host: Host | string): TerraformStack {
    const name = typeof host === "string" ? host : host.hostName;
    const found = this.deployments.find(({ hostNames }) => hostNames.includes(name));
    if (found !== undefined) return found.stack;
    throw new UserError(
      "unknown-host",
      `no stack has the host \`${name}\``,
      "Declare all hosts before the stacks are made.",
    );
  }

  /** A host that nobody deploys would keep its old rules in silence. */
  #lateHosts(): string[] {
    const placed = new Set(this.deployments.flatMap(({ hostNames }) => hostNames));
    return this.#fleet.hosts
      .filter(({ hostName }) => !placed.has(hostName))
      .map(({ hostName, origin }) =>
        printFinding({
          problem: `the host ${show(hostName)} was declared after its fleet was spread over stacks`,
          fix: "make the FleetStacks when all hosts are there",
          origin,
        }),
      );
  }
}

/** Hosts that are gone do no harm: the file is tidied up when somebody writes it next. */
function refuse(fresh: readonly string[], file: string): void {
  if (fresh.length === 0) return;
  const names = fresh.slice(0, 5).map(show).join(", ");
  throw new UserError(
    "unassigned-hosts",
    `\`${file}\` has no stack for ${names}${fresh.length > 5 ? ` and ${fresh.length - 5} more` : ""}`,
    "Synthesize where the file can be committed, and commit it; or set `frozen: false`, and keep the file some other way.",
  );
}
