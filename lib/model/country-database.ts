import { relative, resolve, sep } from "node:path";
import * as z from "zod";

/** The npm package that is read where a policy names no other database. */
export const DEFAULT_COUNTRY_DATABASE = "@ip-location-db/asn-country";

/** The name of an npm package, or a folder: `./…`, `../…` or `/…`. */
export const countryDatabaseName = z
  .string()
  .max(1024)
  .regex(
    /^(\.{0,2}\/.*|(@[a-z0-9._-]+\/)?[a-z0-9][a-z0-9._-]*)$/,
    "the name of an npm package, or a folder as `./countries`",
  );

export const isFolder = (database: string): boolean => /^[./]/.test(database);

/** Where the networks of countries were read from. */
export const countryDatabase = z.strictObject({
  /** The npm package, or the folder. */
  name: z.string(),
  version: z.string(),
  /** The day of the data, where the version tells it. */
  date: z.string().optional(),
});

export type CountryDatabase = Readonly<z.infer<typeof countryDatabase>>;

/** The database as it was named in a file of that folder: a path is kept relative to where the synth runs. */
export function countryDatabaseFrom(given: string, folder: string): string {
  if (!isFolder(given)) return given;
  const path = relative(process.cwd(), resolve(folder, given)).split(sep).join("/");
  return path.startsWith(".") ? path : `./${path}`;
}
