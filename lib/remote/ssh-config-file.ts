import { readdir, readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { UserError } from "../model/user-error";
import { glob, SSHConfig, type Line } from "./ssh-config-library";

/** What a file and those that it includes hold, as the lines of one. */
interface Source {
  readonly lines: readonly Line[];
  /** By the line of its Include. */
  readonly included: ReadonlyMap<Line, readonly Source[]>;
}

/** OpenSSH's own limit for files that include files. */
const maxDepth = 16;

/**
 * Reads a file with its Includes, and gives for an alias a config without any: the library leaves Include to us.
 *
 * @throws UserError `ssh-config-invalid`
 */
export async function loadConfig(file: string, home: string, required: boolean): Promise<(alias: string) => SSHConfig> {
  const source = await readSource(file, home, required, 0);
  return (alias) => SSHConfig.from(flatten(source, alias, false)) as SSHConfig;
}

async function readSource(file: string, home: string, required: boolean, depth: number): Promise<Source> {
  if (depth > maxDepth) throw invalid(file, "files include each other too deeply");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (!required && (error as NodeJS.ErrnoException).code === "ENOENT") return { lines: [], included: new Map() };
    throw invalid(file, `can not be read: ${(error as Error).message}`);
  }
  const lines = parse(file, text);
  const included = new Map<Line, readonly Source[]>();
  for (const line of [...lines, ...lines.flatMap((one) => ("config" in one ? [...one.config] : []))]) {
    if (!("param" in line) || line.param !== "include") continue;
    const files = (await Promise.all(words(line).map((pattern) => expandPattern(pattern, home)))).flat();
    included.set(line, await Promise.all(files.map((one) => readSource(one, home, false, depth + 1))));
  }
  return { lines, included };
}

/** Parameter names in lower case, since the library tells some of them by their case where ssh does not. */
function parse(file: string, text: string): Line[] {
  let config: SSHConfig;
  try {
    config = SSHConfig.parse(text);
  } catch (error) {
    throw invalid(file, (error as Error).message);
  }
  const normal = (line: Line): Line => {
    if (!("param" in line)) return line;
    const param = line.param.toLowerCase();
    const named = { ...line, param: canonical.get(param) ?? param };
    return "config" in named ? { ...named, config: SSHConfig.from([...named.config].map(normal)) as SSHConfig } : named;
  };
  return [...config].map(normal);
}

/** These two steer the library's own matching, by exactly this spelling. */
const canonical = new Map([
  ["hostname", "HostName"],
  ["user", "User"],
]);

/** The lines that can apply to the alias. Inside a section, sections of an included file are decided here. */
function flatten(source: Source, alias: string, inSection: boolean): Line[] {
  return source.lines.flatMap((line): Line[] => {
    if (!("param" in line)) return [];
    // The library would ask `nslookup` for names: nothing here waits for a name server that was not asked for.
    if (line.param === "canonicalizehostname") return [];
    if (line.param === "include")
      return (source.included.get(line) ?? []).flatMap((one) => flatten(one, alias, inSection));
    if (!("config" in line)) return [line];
    const body = flatten({ lines: [...line.config], included: source.included }, alias, true);
    if (!inSection) return [{ ...line, config: SSHConfig.from(body) as SSHConfig }];
    return line.param === "host" && glob(words(line), alias) ? body : [];
  });
}

function words(line: Line): string[] {
  if (!("value" in line)) return [];
  return typeof line.value === "string" ? line.value.trim().split(/\s+/) : line.value.map(({ val }) => val);
}

/** The files that an Include names, in the order of their names; relative ones are in `~/.ssh`. */
async function expandPattern(pattern: string, home: string): Promise<string[]> {
  const path = pattern.startsWith("~/") ? join(home, pattern.slice(2)) : pattern;
  let found = ["/"];
  for (const part of (isAbsolute(path) ? path : join(home, ".ssh", path)).split("/").filter((one) => one !== "")) {
    if (!/[*?]/.test(part)) {
      found = found.map((folder) => join(folder, part));
      continue;
    }
    const matches = await Promise.all(
      found.map(async (folder) => {
        const names = await readdir(folder).catch(() => []);
        return names
          .filter((name) => !name.startsWith(".") && glob([part], name))
          .sort()
          .map((name) => join(folder, name));
      }),
    );
    found = matches.flat();
  }
  return found;
}

function invalid(file: string, problem: string): UserError {
  return new UserError("ssh-config-invalid", `${file}: ${problem}`, "`ssh -G HOST` shows what OpenSSH makes of it.");
}
