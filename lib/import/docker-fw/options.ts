import type { Mistake } from "../../model/explain-issues";
import { nearestName, show } from "../../model/findings";

/** The options of docker-fw's commands that add rules, by their letters; those of the second list take no value. */
const WITH_VALUE = { source: "s", sport: "", dest: "d", dport: "", protocol: "p", filter: "", from: "" } as const;
const FLAGS = { "rev-lookup": "", verbose: "v" } as const;

type OptionName = keyof typeof WITH_VALUE;
export type Options = Readonly<Partial<Record<OptionName, string>>> & { readonly "rev-lookup"?: string };

/** Reads `--source=1.2.3.4`, `--source 1.2.3.4`, `-s 1.2.3.4`, `-s1.2.3.4`. Nothing else may stand between them. */
export function readOptions(words: readonly string[]): Options | Mistake {
  const options: Record<string, string> = {};
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const [, long, glued] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const name = long === undefined ? byLetter(word) : isOption(long) ? long : undefined;
    if (name === undefined) return unknownOption(word);
    const flag = name in FLAGS;
    const attached = long === undefined ? (word.length > 2 ? word.slice(2) : undefined) : glued;
    const value = flag ? (attached ?? "") : (attached ?? words[++at]);
    if (value === undefined) return { problem: `${show(word)} has no value`, fix: `write it as \`--${name}=…\`` };
    options[name] = value;
  }
  return options;
}

const isOption = (name: string) => name in WITH_VALUE || name in FLAGS;

function byLetter(word: string): string | undefined {
  const letter = /^-([a-z])/.exec(word)?.[1];
  const all = Object.entries({ ...WITH_VALUE, ...FLAGS });
  return letter === undefined ? undefined : all.find(([, short]) => short === letter)?.[0];
}

function unknownOption(word: string): Mistake {
  const names = [...Object.keys(WITH_VALUE), ...Object.keys(FLAGS)].map((name) => `--${name}`);
  const near = word.startsWith("-") ? nearestName(word.split("=")[0] ?? "", names) : undefined;
  return {
    problem: `${show(word)} is no option of docker-fw`,
    allowed: names.map(show).join(", "),
    ...(near !== undefined && { fix: `did you mean \`${near}\`?` }),
  };
}
