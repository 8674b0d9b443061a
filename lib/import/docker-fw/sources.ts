import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { ContainerNames } from "../../model/docker-fw/container-name";
import { show } from "../../model/findings";
import { UserError } from "../../model/user-error";

/** A text that was named, or found in a folder of Docker's that was. */
export interface Source {
  /** As it is shown. */
  readonly file: string;
  readonly text: string;
  /** Reads a file that stands beside it. */
  beside(name: string): { readonly file: string; readonly text: string } | undefined;
  /** The container of docker-fw's JSON, where it is known. */
  readonly container?: string;
}

export interface Sources {
  readonly texts: readonly Source[];
  readonly names: ContainerNames;
}

/** docker-fw kept its rules in the folder of each container; `config.v2.json` is Docker's own, and has the name. */
const RULES = ["extraRules.json", "customHosts.json"];
const CONFIG = "config.v2.json";

/**
 * Finds what is to be read: files, the folder of a container, or Docker's folder of them.
 * @param given names by id, which go before those that are found; one without an id is that of JSON from nowhere
 * @throws UserError `no-docker-fw` where a file or folder holds nothing of docker-fw
 */
export function findSources(paths: readonly string[], given: readonly string[]): Sources {
  const names = new Map<string, string>();
  const files = paths.flatMap(filesOf);
  for (const file of files) {
    const config = readIfThere(join(dirname(file), CONFIG));
    const [id, name] = config === undefined ? [] : nameIn(config);
    if (id !== undefined && name !== undefined) names.set(id, name);
  }
  const only = given.find((one) => !one.includes("="));
  for (const one of given) {
    const [id = "", name] = one.split("=");
    if (name !== undefined) names.set(id, name);
  }
  const texts = files.map((file): Source => {
    const container = containerOf(file) ?? only;
    return {
      file: shown(file),
      text: readIfThere(file) ?? "",
      beside: (name) => {
        const path = resolve(dirname(file), name);
        const text = readIfThere(path);
        return text === undefined ? undefined : { file: shown(path), text };
      },
      ...(container !== undefined && { container }),
    };
  });
  return { texts, names };
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) throw none(path, "is not there");
  if (!statSync(path).isDirectory()) return [path];
  const here = RULES.map((name) => join(path, name)).filter((file) => existsSync(file));
  const inside = readdirSync(path)
    .sort()
    .flatMap((name) => RULES.map((file) => join(path, name, file)).filter((file) => existsSync(file)));
  const found = [...here, ...inside];
  if (found.length === 0) throw none(path, `holds no ${RULES.map(show).join(" and no ")}`);
  return found;
}

function none(path: string, problem: string): UserError {
  return new UserError(
    "no-docker-fw",
    `${show(path)} ${problem}`,
    "Name a file of docker-fw's command lines, its `extraRules.json`, or the folder `/var/lib/docker/containers`.",
  );
}

/** The id that the folder has as its name. */
function containerOf(file: string): string | undefined {
  const folder = basename(dirname(resolve(file)));
  return /^[0-9a-f]{64}$/.test(folder) ? folder : undefined;
}

function nameIn(config: string): readonly [id?: string, name?: string] {
  try {
    const { ID, Name } = JSON.parse(config) as { ID?: unknown; Name?: unknown };
    return typeof ID === "string" && typeof Name === "string" ? [ID, Name.replace(/^\//, "")] : [];
  } catch {
    return []; // then the container is named by --container, or the import says that it has no name
  }
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) && statSync(file).isFile() ? readFileSync(file, "utf8") : undefined;
}

const shown = (file: string) => relative(process.cwd(), resolve(file)).replaceAll("\\", "/");
