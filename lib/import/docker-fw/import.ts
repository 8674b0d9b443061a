import { explainValue } from "../../model/explain-issues";
import { DEFAULT_BACKEND, type Backend } from "../../model/backend";
import { checkPolicy } from "../../model/check-policy";
import { errorsAmong, show, type Finding } from "../../model/findings";
import { FindingsError } from "../../model/findings-error";
import type { InventoryInput } from "../../model/inventory";
import { interfaceName } from "../../model/names";
import type { HostPolicy } from "../../model/policy";
import { hostName } from "../../model/target";
import { UserError } from "../../model/user-error";
import type { HostPlan } from "../plan";
import { policyOfPlan } from "../plan-policy";
import { readCommands } from "./read-commands";
import { readJson } from "./read-json";
import { findSources, type Source } from "./sources";
import { translate } from "./translate";

export interface DockerFwOptions {
  /** The name of the host whose rules these are. */
  readonly name: string;
  /** The host's interfaces to the outside. */
  readonly interfaces: readonly string[];
  /** Names of containers: `ID=NAME`, or the name alone for JSON that no folder tells the container of. */
  readonly containers?: readonly string[];
  /** @default that of a fleet */
  readonly backend?: Backend;
}

/** docker-fw's rules for one host, translated: as a plan, which printers write, and as the policy that it means. */
export interface ImportedDockerFw {
  readonly plan: HostPlan;
  readonly policy: HostPolicy;
  readonly inventory: InventoryInput;
}

/**
 * Reads docker-fw's JSON, files of its command lines, and folders of its JSON.
 * @throws FindingsError `invalid-docker-fw` with all mistakes of all files
 * @throws UserError `no-docker-fw`, `no-host-name`, `no-interface`
 */
export function importDockerFw(
  paths: readonly string[],
  { name, interfaces, containers = [], backend = DEFAULT_BACKEND }: DockerFwOptions,
): ImportedDockerFw {
  const mistake = explainValue(hostName, name, "name for a host");
  if (mistake !== undefined) throw new UserError("no-host-name", mistake.problem, `Allowed: ${mistake.allowed ?? ""}.`);
  for (const one of interfaces) {
    const wrong = explainValue(interfaceName, one, "interface");
    if (wrong !== undefined) throw new UserError("no-interface", wrong.problem, `Allowed: ${wrong.allowed ?? ""}.`);
  }
  const findings: Finding[] = [];
  const { texts, names } = findSources(paths, containers);
  const statements = texts.flatMap((source) =>
    isJson(source)
      ? readJson(source, names, findings)
      : readCommands(source.text, { ...source, names, findings, readFrom: (from) => source.beside(from) }),
  );
  const first = { file: texts[0]?.file ?? "", line: 1 };
  const plan = translate(statements, { name, interfaces, backend }, first, findings);
  stopAt(findings, paths);
  const policy = policyOfPlan(plan, { target: { address: name, user: "root" }, backend });
  stopAt(errorsAmong(checkPolicy(policy)), paths);
  return { plan, policy, inventory: { defaults: { ssh: { user: "root" } }, hosts: { [name]: {} } } };
}

const isJson = ({ file, text }: Source) => file.endsWith(".json") || /^\s*[[{]/.test(text);

function stopAt(findings: readonly Finding[], paths: readonly string[]): void {
  if (findings.length === 0) return;
  throw new FindingsError("invalid-docker-fw", `docker-fw's ${paths.map(show).join(", ")}`, findings);
}
