import { spawn } from "node:child_process";
import { constants } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import * as sandbox from "../../lib/sandbox/detached";
import { engineNamed } from "../../lib/sandbox/image/engine";
import { engineNames } from "../../lib/sandbox/image/engine-recipe";
import type { LabState, MachineState } from "../../lib/sandbox/state";
import { action } from "../action";
import { EXIT, type ExitCode } from "../exit";
import { withJson } from "../options";
import { print, printJson } from "../output";

/** Below the project's folder, and out of version control. */
const FOLDER = ".cdkfw/sandbox";

interface Options {
  readonly dir: string;
  readonly json?: boolean;
}

interface UpOptions extends Options {
  readonly hosts: number;
  readonly lan?: boolean;
  readonly systemd?: boolean;
  readonly docker?: string;
}

/** `cdkfw sandbox`: hosts to try a firewall on, with nothing of the machine's own network touched. */
export function sandboxCommand(): Command {
  const command = new Command("sandbox")
    .description("test hosts on this machine, to try a firewall on")
    .enablePositionalOptions()
    .addHelpText(
      "after",
      `
Example:
  cdkfw sandbox up --hosts 3
  cdkfw sandbox exec -- cdkfw deploy           # as the deployer, who reaches all hosts
  cdkfw sandbox exec h1 -- iptables-save       # on a host, past its firewall
  cdkfw sandbox exec client -- curl http://198.51.100.1/
  cdkfw sandbox down`,
    );
  const sub = (name: string, description: string, example: string) =>
    command
      .command(name)
      .description(description)
      .option("--dir <folder>", "where the sandbox keeps its keys and state", FOLDER)
      .addHelpText("after", `\nExample:\n  cdkfw sandbox ${example}`);

  const up = sub("up", "start the hosts in the background", "up --hosts 3")
    .option("--hosts <number>", "how many hosts, h1 and so on", count, 3)
    .option("--lan", "give each host an inner interface lan0 with a machine behind it")
    .option("--systemd", "boot the hosts with systemd (needs root)")
    .option("--docker <engine>", `give each host a Docker: ${engineNames.join(", ")} (needs root)`);
  action(withJson(up), async (options: UpOptions) => {
    const init = options.systemd ? "systemd" : "sshd";
    const docker = options.docker === undefined ? undefined : { engine: engineNamed(options.docker) };
    const hosts = Array.from({ length: options.hosts }, () => ({ init, lan: options.lan ?? false, docker }) as const);
    show(options, await sandbox.startDetached(options.dir, hosts, (line) => console.error(`sandbox: ${line}`)));
    return EXIT.done;
  });

  action(sub("down", "end the sandbox", "down"), async ({ dir }: Options) => {
    print((await sandbox.stopDetached(dir)) ? "the sandbox is down" : "no sandbox was up");
    return EXIT.done;
  });

  action(withJson(sub("status", "tell which hosts run", "status --json")), (options: Options) => {
    show(options, sandbox.detachedState(options.dir));
    return EXIT.done;
  });

  const exec = sub("exec", "run a command as the deployer, on a host, or on the client", "exec h1 -- nft list ruleset")
    .argument("<words...>", "[HOST|client] -- COMMAND...")
    .passThroughOptions();
  action(exec, async (words: readonly string[], { dir }: Options) => {
    const { machine, command: argv } = splitWords(words, dir);
    return (await runAttached(sandbox.commandIn(dir, machine, argv))) as ExitCode; // the command's own exit status
  });
  return command;
}

function count(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError("Give a number from 1 to 250.");
  return Number(text);
}

/** Commander may have taken the `--` away; what follows it in the program's own arguments tells where it was. */
function splitWords(
  words: readonly string[],
  folder: string,
): { machine: string | undefined; command: readonly string[] } {
  const dashes = process.argv.indexOf("--");
  if (dashes >= 0) {
    const command = process.argv.slice(dashes + 1);
    const [machine] = words.slice(0, words.length - command.length).filter((word) => word !== "--");
    return { machine, command };
  }
  const [first = "", ...rest] = words;
  const state = sandbox.detachedState(folder);
  const isMachine = state !== undefined && [state.client, ...state.hosts].some(({ name }) => name === first);
  return isMachine ? { machine: first, command: rest } : { machine: undefined, command: words };
}

function runAttached([file = "", ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "inherit" });
    process.on("SIGINT", () => undefined); // the terminal tells the command by itself
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

function show({ json }: Options, state: LabState | undefined): void {
  if (json) {
    const brief = ({ name, running }: MachineState) => ({ name, running });
    const hosts = state?.hosts.map(({ address, address6, wanAddress, wanAddress6, ...host }) => {
      return { ...brief(host), address, address6, wanAddress, wanAddress6, behind: host.behind.map(brief) };
    });
    printJson({ running: state !== undefined, inventory: state?.inventory, hosts });
    return;
  }
  if (!state) {
    print("no sandbox is up");
    return;
  }
  const rows = [
    ["HOST", "POWER", "MANAGEMENT", "", "OUTSIDE", ""],
    ...state.hosts.map((host) => {
      const power = host.running ? "on" : "off";
      return [host.name, power, host.address, host.address6, host.wanAddress, host.wanAddress6];
    }),
    ["client", state.client.running ? "on" : "off", "", "", "198.51.100.200", "2001:db8:1::200"],
  ];
  const widths = rows[0]?.map((_cell, column) => Math.max(...rows.map((row) => (row[column] ?? "").length))) ?? [];
  for (const row of rows)
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  print(`\ninventory: ${state.inventory}`);
}
