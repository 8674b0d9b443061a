import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Countries } from "../model/countries";
import type { HostPolicy } from "../model/policy";
import { COUNTRIES_FILE, POLICY_FILE } from "./format";

/** The policy that a bundle was made of, and the networks of the countries that it names. */
export function readPolicy(folder: string): { policy: HostPolicy; countries: Countries | undefined } {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), "utf8"));
  const countries = existsSync(join(folder, COUNTRIES_FILE)) ? (read(COUNTRIES_FILE) as Countries) : undefined;
  return { policy: read(POLICY_FILE) as HostPolicy, countries };
}
