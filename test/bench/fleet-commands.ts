/** The commands that bring a fleet its rules, each as a process of its own, as users start them. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { FleetHost } from "./fleet-host";
import { run } from "./run";

export const CDKFW = resolve(__dirname, "../../dist/bin/cdkfw.js");

/** A command, told how many hosts it has at a time. */
export type AtATime = (parallel: number) => () => void;

/**
 * @param output the synth's output folder
 * @param ending how each host ends: `committed` is the handshake, whatever stands there already
 */
export function deploy(output: string, ending: "committed" | "unchanged"): AtATime {
  const force = ending === "committed" ? ["--force"] : [];
  return (parallel) => () => {
    const said = cdkfw("deploy", output, parallel, "--no-synth", ...force);
    const others = said.match(/^\S+ .* generation .*$/gm)?.filter((line) => !line.includes(` ${ending} `));
    if (others?.length !== 0) throw new Error(`not all hosts are ${ending}: ${said.slice(-4000)}`);
  };
}

export function teardown(output: string): AtATime {
  return (parallel) => () => void cdkfw("teardown", output, parallel, "--all");
}

function cdkfw(command: string, output: string, parallel: number, ...more: string[]): string {
  return run(process.execPath, [CDKFW, command, "--out", output, "--parallel", String(parallel), ...more]);
}

/** What one does without any tool: a login that loads the text, and another that shows that one still gets in. */
export function plainSsh(fleet: readonly FleetHost[], folder: string): AtATime {
  const script = join(folder, "each.sh");
  writeFileSync(
    script,
    `set -e; key=$1 known=$2 host=$3 text=$4
to_host() { ssh -F none -o BatchMode=yes -o UserKnownHostsFile="$known" -i "$key" "root@$host" "$1"; }
to_host 'nft -f -' <"$text"; to_host true\n`,
  );
  const lines = fleet.map(({ host: { name, address, ssh }, text }) => {
    const file = join(folder, `${name}.nft`);
    writeFileSync(file, text);
    return `${ssh.identityFile} ${ssh.knownHostsFile} ${address} ${file}\n`;
  });
  return (parallel) => () => void run("xargs", ["-P", String(parallel), "-L", "1", "sh", script], lines.join(""));
}
