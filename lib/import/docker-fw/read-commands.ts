import { containerName, type ContainerNames } from "../../model/docker-fw/container-name";
import { readAddress } from "../../model/docker-fw/sides";
import { shellWords } from "../../model/docker-fw/words";
import type { Mistake } from "../../model/explain-issues";
import { nearestName, show, type Finding } from "../../model/findings";
import type { Place } from "../plan";
import { ADD_COMMANDS, NAME_IT, ruleOfAdd, type AddCommand } from "./add-command";
import { readOptions } from "./options";
import type { Statement } from "./statements";

/** What commands are read with. */
export interface CommandsContext {
  /** As it is shown. */
  readonly file: string;
  readonly names: ContainerNames;
  /** The text of a file of rules, `--from`, beside this one; nothing where there is none. */
  readFrom(name: string): { readonly file: string; readonly text: string } | undefined;
  readonly findings: Finding[];
}

/** Commands that are no rules, and what becomes of them. */
const OTHERS: Readonly<Record<string, string>> = {
  init: "closes Docker's own way to the containers; here the zone of containers is closed",
  replay: "not needed: the host keeps the rules itself, whatever Docker does",
  ls: "no rule; `cdkfw containers HOST` lists the containers of a host and their rules",
  "save-hostconfig": "not needed: Docker keeps how a container is started",
  start: "writes no rule; `cdkfw containers HOST start` starts containers in their order",
};
const COMMANDS = [...Object.keys(ADD_COMMANDS), "allow", "drop", ...Object.keys(OTHERS)];

/** A file of docker-fw's command lines: a script, or what `docker-fw ls` prints. Nothing of it is run. */
export function readCommands(text: string, context: CommandsContext): Statement[] {
  const statements: Statement[] = [];
  for (const { line, content } of logicalLines(text)) {
    const place = { file: context.file, line };
    if (content.trim() === "") statements.push({ kind: "blank" });
    else if (/^\s*#/.test(content)) {
      if (!content.startsWith("#!")) statements.push({ kind: "comment", text: content.replace(/^\s*#+\s?/, "") });
    } else new Line(place, context, statements).read(content);
  }
  return statements;
}

/** A line that ends in a backslash goes on. */
function logicalLines(text: string): { line: number; content: string }[] {
  const found: { line: number; content: string }[] = [];
  let begun: { line: number; content: string } | undefined;
  for (const [index, content] of text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n/)
    .entries()) {
    const here: { line: number; content: string } = begun ?? { line: index + 1, content: "" };
    begun = undefined;
    if (content.endsWith("\\") && !/^\s*#/.test(content))
      begun = { ...here, content: `${here.content}${content.slice(0, -1)} ` };
    else found.push({ ...here, content: here.content + content });
  }
  if (begun !== undefined) found.push(begun);
  if (found.at(-1)?.content === "") found.pop();
  return found;
}

class Line {
  constructor(
    private readonly place: Place,
    private readonly context: CommandsContext,
    private readonly statements: Statement[],
  ) {}

  read(content: string): void {
    const isOurs = /(^|[\s/;&|(])docker-fw(\s|$)/.test(content);
    const words = shellWords(content);
    if ("problem" in words) {
      if (isOurs || COMMANDS.includes(content.trim().split(/\s/)[0] ?? "")) this.#complain(words);
      else this.#leaveOut(content);
      return;
    }
    const at = words.findIndex((word) => /(^|\/)docker-fw$/.test(word));
    const [command = "", ...rest] = words.slice(at + 1);
    if (at < 0 && !COMMANDS.includes(command)) this.#notOurs(content, command, rest);
    else if (words.some((word) => /[;&|]/.test(word) && !/\s/.test(word)) || at > 1) {
      this.#complain({
        problem: `${show(content.trim())} holds more than one command`,
        fix: "write each command of docker-fw on a line of its own",
      });
    } else this.#command(command, rest);
  }

  #command(command: string, rest: readonly string[]): void {
    const told = Object.hasOwn(OTHERS, command) ? OTHERS[command] : undefined;
    if (told !== undefined) this.#say(`\`docker-fw ${command}\`: ${told}`);
    else if (command === "allow") this.#allow(rest);
    else if (command === "drop") this.#drop(rest);
    else if (Object.hasOwn(ADD_COMMANDS, command)) this.#add(command as AddCommand, rest);
    else this.#complain(unknownCommand(command));
  }

  #allow([container, ...sources]: readonly string[]): void {
    const owner = this.#owner(container);
    if (owner === undefined) return;
    const wrong = sources.find((one) => one.startsWith("-"));
    if (sources.length === 0 || wrong !== undefined) {
      this.#complain({
        problem: wrong === undefined ? "`allow` names no address" : `\`allow\` has no option ${show(wrong)}`,
        allowed: "IPv4 addresses and networks",
      });
      return;
    }
    const read = sources.map((one) => readAddress(one.trim()));
    for (const one of read) if ("problem" in one) this.#complain(one);
    const texts = read.flatMap((one) => ("kind" in one && one.kind === "address" ? [one.text] : []));
    this.statements.push({ kind: "allow", place: this.place, owner, sources: texts });
  }

  /** What it takes away was written above it. */
  #drop(containers: readonly string[]): void {
    for (const container of containers) {
      const owner = this.#owner(container);
      const kept = this.statements.filter((one) => !("owner" in one) || one.owner !== owner);
      const gone = this.statements.length - kept.length;
      this.statements.splice(0, this.statements.length, ...kept);
      this.#say(`\`docker-fw drop ${container}\`: ${gone === 1 ? "1 rule" : `${gone} rules`} above it left out`);
    }
  }

  #add(command: AddCommand, [container, ...rest]: readonly string[]): void {
    // `docker-fw add --from=FILE`: then each line of that file begins with its container.
    const nameless = container?.startsWith("--from") === true;
    const options = readOptions(nameless ? [container, ...rest] : rest);
    if ("problem" in options) this.#complain(options);
    else if (options.from !== undefined) this.#from(command, nameless ? undefined : container, options.from);
    else {
      const owner = this.#owner(container);
      const rule = owner === undefined ? undefined : ruleOfAdd(command, owner, options, this.context.names);
      if (owner === undefined || rule === undefined) return;
      if ("problem" in rule) this.#complain(rule);
      else {
        this.statements.push({ kind: "rule", place: this.place, owner, rule, link: command === "add-two-ways" });
      }
    }
  }

  /** Each line of the file has the options of one rule. */
  #from(command: AddCommand, container: string | undefined, name: string): void {
    const found = name === "-" ? undefined : this.context.readFrom(name);
    if (found === undefined) {
      this.#complain({
        problem:
          name === "-" ? "the rules come from the standard input" : `the file ${show(name)} of \`--from\` is not there`,
        fix: "write the rules into a file beside this one, and name it: `--from=FILE`",
      });
      return;
    }
    for (const { line, content } of logicalLines(found.text)) {
      if (content.trim() === "" || /^\s*#/.test(content)) continue;
      const one = new Line({ file: found.file, line }, this.context, this.statements);
      const words = shellWords(content);
      if ("problem" in words) one.#complain(words);
      else
        one.#add(
          command,
          container === undefined || words[0]?.startsWith("-") === false ? words : [container, ...words],
        );
    }
  }

  #owner(container: string | undefined): string | undefined {
    const name: string | Mistake =
      container === undefined || container.startsWith("-")
        ? { problem: "the container is missing", fix: "it stands after the command: `docker-fw add web --source=…`" }
        : containerName(container, this.context.names, NAME_IT);
    if (typeof name === "string") return name;
    this.#complain(name);
    return undefined;
  }

  #notOurs(content: string, command: string, rest: readonly string[]): void {
    const isOptions = [command, ...rest].some((word) => /^--(source|dest|dport)(=|$)/.test(word));
    if (!isOptions) {
      this.#leaveOut(content);
      return;
    }
    this.#complain(
      nearestName(command, COMMANDS) === undefined || command.startsWith("-")
        ? {
            problem: `${show(content.trim())} has no command`,
            allowed: COMMANDS.map(show).join(", "),
            fix: "lines for `--from` have none: import the file that calls it, such as one with the line `docker-fw add web --from=FILE`",
          }
        : unknownCommand(command),
    );
  }

  /** Other commands of a script. */
  #leaveOut(content: string): void {
    this.statements.push({
      kind: "said",
      place: this.place,
      words: `left out, since it is no command of docker-fw: ${show(content.trim())}`,
      differs: false,
    });
  }

  #say(words: string): void {
    this.statements.push({ kind: "said", place: this.place, words, differs: false });
  }

  #complain(mistake: Mistake): void {
    const { file, line } = this.place;
    this.context.findings.push({ ...mistake, origin: { path: file, file, line } });
  }
}

function unknownCommand(command: string): Mistake {
  const near = nearestName(command, COMMANDS);
  return {
    problem: `${show(command)} is no command of docker-fw`,
    allowed: COMMANDS.map(show).join(", "),
    ...(near !== undefined && { fix: `did you mean \`${near}\`?` }),
  };
}
