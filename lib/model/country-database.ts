import { relative, resolve, sep } from "node:path";
import { isFolder } from "./countries";

/** The database as it was named in a file of that folder: a path is kept relative to where the synth runs. */
export function countryDatabaseFrom(given: string, folder: string): string {
  if (!isFolder(given)) return given;
  const path = relative(process.cwd(), resolve(folder, given)).split(sep).join("/");
  return path.startsWith(".") ? path : `./${path}`;
}
