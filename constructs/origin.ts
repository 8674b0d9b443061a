import { findSourceMap } from "node:module";
import { dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** A place in the user's source. */
export type Place = Readonly<{ file: string; line: number; column?: number }>;

/** Most calls come straight from the user's code, and each frame costs: look near first, and far where it must be. */
const NEAR = 4;
const FAR = 40;

const packageRoot = dirname(__dirname);
const ownFolders = ["constructs", "lib", "testing"].map((folder) => `${packageRoot}${sep}${folder}${sep}`);

/**
 * Where the user's code called into this package: the nearest frame that is neither this package, nor another one,
 * nor Node itself. Positions are mapped to the source, where it was compiled. Never fails: where nothing can be said,
 * nothing is.
 */
export function callerPlace(): Place | undefined {
  try {
    return userPlace(callSites(NEAR)) ?? userPlace(callSites(FAR)) ?? libraryPlace(callSites(FAR));
  } catch {
    return undefined;
  }
}

function callSites(frames: number): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = frames;
    Error.prepareStackTrace = asTheyAre;
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, callerPlace);
    return holder.stack as readonly NodeJS.CallSite[];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    // Deleting it where it was undefined would turn `Error` into a slow object.
    Error.prepareStackTrace = prepareStackTrace;
  }
}

const asTheyAre = (_: Error, sites: NodeJS.CallSite[]) => sites;

const userPlace = (sites: readonly NodeJS.CallSite[]) => placeOfFirst("user", sites);
const libraryPlace = (sites: readonly NodeJS.CallSite[]) => placeOfFirst("library", sites);

function placeOfFirst(kind: FileKind, sites: readonly NodeJS.CallSite[]): Place | undefined {
  for (const site of sites) {
    const file = site.getFileName();
    if (file && kindOf(file) === kind) return placeOf(site, file);
  }
  return undefined;
}

type FileKind = "own" | "node" | "library" | "user";
const kinds = new Map<string, FileKind>();

function kindOf(file: string): FileKind {
  let kind = kinds.get(file);
  if (kind === undefined) kinds.set(file, (kind = findKind(file)));
  return kind;
}

function findKind(file: string): FileKind {
  if (file.startsWith("node:") || file.startsWith("internal/")) return "node";
  const path = asPath(file);
  if (ownFolders.some((folder) => path.startsWith(folder))) return "own";
  return path.includes(`${sep}node_modules${sep}`) ? "library" : "user";
}

const asPath = (file: string) => (file.startsWith("file:") ? fileURLToPath(file) : file);

const places = new Map<string, Place>();

function placeOf(site: NodeJS.CallSite, file: string): Place {
  const line = site.getLineNumber() ?? 1;
  const column = site.getColumnNumber() ?? 1;
  const key = `${file}:${String(line)}:${String(column)}`;
  let place = places.get(key);
  if (place === undefined) places.set(key, (place = mapToSource(file, line, column)));
  return place;
}

function mapToSource(file: string, line: number, column: number): Place {
  const entry = findSourceMap(asPath(file))?.findEntry(line - 1, column - 1);
  if (entry === undefined || !("originalSource" in entry) || typeof entry.originalSource !== "string") {
    return { file: fromHere(asPath(file)), line };
  }
  const source = resolve(dirname(asPath(file)), asPath(entry.originalSource));
  return { file: fromHere(source), line: entry.originalLine + 1 };
}

/** Relative to where the synth runs, so that two checkouts of a project say the same. */
function fromHere(path: string): string {
  return relative(process.cwd(), path).split(sep).join("/");
}
