import { colour } from "./colour";
import type { Ending, Outcome, Step } from "../lib/deploy/outcome";

/** What a deployment shows while it runs: the line of each host redrawn on a terminal, finished lines elsewhere. */
export interface Progress {
  step(host: string, step: Step): void;
  done(outcome: Outcome): void;
}

export const SILENT: Progress = { step: () => undefined, done: () => undefined };

const COLOUR: Readonly<Record<Ending, (text: string) => string>> = {
  committed: colour.green,
  unchanged: colour.dim,
  "rolled-back": colour.yellow,
  "safe-rules": colour.red,
  failed: colour.red,
  unknown: colour.red,
};

export function outcomeLine(outcome: Outcome, width: number): string {
  const words = COLOUR[outcome.outcome](outcome.outcome.padEnd(11));
  const line = `${outcome.host.padEnd(width)}  ${words}  generation ${outcome.generation}  ${outcome.seconds.toFixed(1)} s`;
  if (outcome.error === undefined) return line;
  const help = outcome.error.help === undefined ? "" : `\n${" ".repeat(width + 2)}${outcome.error.help}`;
  return `${line}\n${" ".repeat(width + 2)}${outcome.error.message}${help}`;
}

export function progress(hosts: readonly string[], stream: NodeJS.WriteStream = process.stdout): Progress {
  const width = Math.max(...hosts.map((host) => host.length));
  const plain: Progress = {
    step: () => undefined,
    done: (outcome) => void stream.write(`${outcomeLine(outcome, width)}\n`),
  };
  return stream.isTTY ? redrawn(plain, width, stream) : plain;
}

/** Finished hosts scroll up; those at work stand below, one line each, as many as the terminal holds. */
function redrawn(plain: Progress, width: number, stream: NodeJS.WriteStream): Progress {
  const atWork = new Map<string, Step>();
  let drawn = 0;
  const clear = (): void => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  const draw = (): void => {
    const lines = [...atWork].slice(0, Math.max(1, stream.rows - 2));
    for (const [host, step] of lines) stream.write(`${host.padEnd(width)}  ${colour.cyan(`${step}…`)}\n`);
    drawn = lines.length;
  };
  return {
    step: (host, step) => {
      clear();
      atWork.set(host, step);
      draw();
    },
    done: (outcome) => {
      clear();
      atWork.delete(outcome.host);
      plain.done(outcome);
      draw();
    },
  };
}
