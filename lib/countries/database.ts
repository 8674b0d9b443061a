import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import type { Family } from "../model/addresses";
import { DEFAULT_COUNTRY_DATABASE, isFolder, type CountryDatabase } from "../model/country-database";
import { show } from "../model/findings";
import { UserError } from "../model/user-error";

/** A database on disk: two files of `FIRST,LAST,CODE` lines, its addresses being whole numbers. */
export interface DatabaseFiles {
  readonly database: CountryDatabase;
  readonly files: Readonly<Record<Family, string>>;
}

const INSTALL = `Run \`npm install ${DEFAULT_COUNTRY_DATABASE}\` in the project, or name another one by \`countryDatabase\`.`;

/**
 * Finds a database by the name of its npm package, installed in the project, or by its folder.
 * @throws UserError `no-country-database` where there is none
 */
export function findDatabase(name: string): DatabaseFiles {
  const folder = isFolder(name) ? resolve(name) : packageFolder(name);
  if (folder === undefined) {
    throw new UserError(
      "no-country-database",
      `the policy names countries, and ${show(name)} is not installed`,
      INSTALL,
    );
  }
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new UserError("no-country-database", `the country database ${show(name)} is no folder`, INSTALL);
  }
  const files = { 4: fileOf(folder, 4, name), 6: fileOf(folder, 6, name) };
  return { database: { name, ...versionOf(folder, files) }, files };
}

/** The project's own comes first, then what is installed beside cdkfw. */
function packageFolder(name: string): string | undefined {
  for (const from of [join(process.cwd(), "from-here.js"), __filename]) {
    try {
      return dirname(createRequire(from).resolve(`${name}/package.json`));
    } catch {
      // Not installed there.
    }
  }
  return undefined;
}

function fileOf(folder: string, family: Family, name: string): string {
  const found = readdirSync(folder).filter((file) => file.endsWith(`-ipv${family}-num.csv`));
  const [only] = found;
  if (found.length === 1 && only !== undefined) return join(folder, only);
  throw new UserError(
    "no-country-database",
    `the country database ${show(name)} has ${found.length === 0 ? "no file" : `${found.length} files`} \`*-ipv${family}-num.csv\``,
    "It has to hold one for each family, as the country databases of ip-location-db do.",
  );
}

/** A package says its version, that ends in its day; files alone are told apart by their content. */
function versionOf(folder: string, files: Readonly<Record<Family, string>>): Omit<CountryDatabase, "name"> {
  const manifest = join(folder, "package.json");
  if (existsSync(manifest)) {
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version?: unknown };
    if (typeof version === "string") return { version, ...dateIn(version) };
  }
  const digest = createHash("sha256").update(readFileSync(files[4])).update(readFileSync(files[6])).digest("hex");
  return { version: digest.slice(0, 16) };
}

/** `2.3.2026061719` is of June 17, 2026. */
function dateIn(version: string): { date?: string } {
  const [, year, month, day] = /\.(20\d\d)(0[1-9]|1[0-2])([0-3]\d)\d*$/.exec(version) ?? [];
  return year === undefined ? {} : { date: `${year}-${month}-${day}` };
}
