import { Command } from "commander";
import type { Bundle } from "../../lib/bundle/format";
import { readPolicy } from "../../lib/bundle/read-policy";
import { absentContainers, rulesNaming } from "../../lib/deploy/containers/declared-rules";
import { hostContainers } from "../../lib/deploy/containers/host-containers";
import { startContainers } from "../../lib/deploy/containers/start";
import { startOrder } from "../../lib/deploy/containers/start-order";
import { show } from "../../lib/model/findings";
import { UserError } from "../../lib/model/user-error";
import type { Connection } from "../../lib/remote";
import { action } from "../action";
import { changesInWords, listInWords, stepInWords, warningsInWords, type ContainerList } from "../container-words";
import { EXIT, type ExitCode } from "../exit";
import { bundlesOf, onHost } from "../hosts";
import { withConnection, withJson, withOutput, type ConnectionFlags } from "../options";
import { print, printJson } from "../output";

type Flags = ConnectionFlags & { out: string; dryRun?: boolean; paused?: boolean; pullDeps?: boolean; json?: boolean };

const HELP = `
Examples:
  cdkfw containers web-1                        # all of them, with the rules that name them
  cdkfw containers web-1 --dry-run              # what the watcher would change now
  cdkfw containers web-1 start web db --paused --pull-deps

Exit: 0 done or nothing to do; 1 failed, or Docker could not be asked; 2 --dry-run found something to do`;

export function containersCommand(): Command {
  const command = withJson(withConnection(withOutput(new Command("containers"))))
    .description("list a host's containers and the rules that name them, or start some in the order of what they need")
    .argument("<host>", "a host by name")
    .argument("[ls|start]", "what to do", "ls")
    .argument("[name...]", "containers to start: names, or the beginnings of ids")
    .option("--dry-run", "only tell what would be done: by the watcher, or by `start`")
    .option("--paused", "start: pause each as soon as it runs, until its rules stand")
    .option("--pull-deps", "start: also what they need and is not named")
    .addHelpText("after", HELP);
  return action(command, async (host: string, verb: string, names: string[], flags: Flags) => {
    const work = workOf(verb, names, flags);
    const [bundle, ...more] = bundlesOf(flags.out, [host]);
    if (bundle === undefined || more.length > 0) {
      throw new UserError("one-host", `${show(host)} means several hosts`, "Name one.");
    }
    return onHost(bundle, flags, 1, (connection) => work(connection, bundle));
  });
}

type Work = (connection: Connection, bundle: Bundle) => Promise<ExitCode>;

/** What is asked for; refused before anything is done where it makes no sense. */
function workOf(verb: string, names: readonly string[], flags: Flags): Work {
  if (verb === "start" && names.length > 0) return (connection, bundle) => start(connection, bundle, names, flags);
  if (verb === "start") {
    throw new UserError("no-container", "start wants to know which containers", "Example: `start web db`.");
  }
  if (verb !== "ls") throw new UserError("no-verb", `there is no ${show(verb)}`, "Allowed: `ls` and `start NAME…`.");
  if (names.length > 0 || flags.paused === true || flags.pullDeps === true) {
    throw new UserError(
      "only-start",
      "names, --paused and --pull-deps are for `start`",
      "Example: `start web --paused`.",
    );
  }
  return (connection, bundle) => (flags.dryRun === true ? foresee(connection, bundle, flags) : list(connection, bundle, flags)); // prettier-ignore
}

async function list(connection: Connection, { folder, manifest }: Bundle, flags: Flags): Promise<ExitCode> {
  const { policy } = readPolicy(folder);
  const { docker, containers, generation, warnings } = await hostContainers(connection);
  const told: ContainerList = {
    host: manifest.host,
    generation,
    wanted: manifest.generation,
    containers: containers.map((container) => {
      const { id, name, state, networks, published } = container;
      return { id, name, state, networks, published, rules: rulesNaming(policy, container) };
    }),
    absent: docker ? absentContainers(policy, containers) : [],
    warnings,
  };
  if (flags.json === true) printJson(told);
  else print(listInWords(told));
  return docker ? EXIT.done : EXIT.failed;
}

async function foresee(connection: Connection, { manifest }: Bundle, flags: Flags): Promise<ExitCode> {
  const { docker, changes, warnings } = await hostContainers(connection);
  if (flags.json === true) printJson({ host: manifest.host, changes, warnings });
  else print([...changesInWords(manifest.host, changes), ...warningsInWords(warnings)].join("\n"));
  if (!docker) return EXIT.failed;
  return changes.length > 0 ? EXIT.different : EXIT.done;
}

async function start(
  connection: Connection,
  { manifest }: Bundle,
  names: readonly string[],
  flags: Flags,
): Promise<ExitCode> {
  const { host } = manifest;
  const { docker, containers, warnings } = await hostContainers(connection);
  if (!docker) throw new UserError("no-docker", warnings[0]?.message ?? "Docker can not be asked", warnings[0]?.help);
  const steps = startOrder(containers, names, flags.pullDeps === true);
  const words = flags.json !== true;
  if (flags.dryRun !== true) {
    const onStep = words ? (step: (typeof steps)[number]) => print(stepInWords(host, step)) : undefined;
    await startContainers(connection, steps, { paused: flags.paused === true, ...(onStep && { onStep }) });
  } else if (words) for (const step of steps) print(stepInWords(host, step));
  const done = steps.map(({ container: { id, name }, action, because = null }) => ({ id, name, action, because }));
  if (!words) printJson({ host, steps: done });
  return flags.dryRun === true && steps.some(({ action }) => action !== "runs") ? EXIT.different : EXIT.done;
}
