import * as z from "zod";
import { backend } from "../model/backend";
import { countryDatabase } from "../model/country-database";
import { objectName } from "../model/names";
import { probe } from "../model/probe";
import { hostName, sshTarget } from "../model/target";

/** The version of the folder's layout. A reader refuses what it does not know. */
export const BUNDLE_FORMAT = 1;

export const MANIFEST_FILE = "bundle.json";
export const POLICY_FILE = "policy.json";
/** What a synth has found about the host; left out where that is nothing. */
export const FINDINGS_FILE = "findings.json";
/** The networks of the countries that the policy names; only where it does. It stays with the deployer. */
export const COUNTRIES_FILE = "countries.json";

const digest = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 digest in hexadecimal digits");

/** Sixteen hexadecimal digits: a digest of all that would change the host. */
export const generationId = z.string().regex(/^[0-9a-f]{16}$/, "16 hexadecimal digits");

/** `bundle.json`. Holds no secret: paths of keys, never keys. */
export const manifest = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  host: hostName,
  /** The construct path of the host. */
  path: z.string().max(1024),
  /** The groups that list it. */
  groups: z.array(objectName).default([]),
  backend,
  generation: generationId,
  /** Whether what the host lacks is installed. @default false */
  install: z.boolean().optional(),
  /** Relative paths in it are relative to the bundle's folder. */
  target: sshTarget,
  /** What the prove step asks of the host, beside reaching it. */
  probes: z.array(probe).default([]),
  /** Where the networks of the countries are from that the policy names. */
  countries: countryDatabase.optional(),
  /** Every text that goes to the host, by its file name, with its SHA-256. */
  texts: z.record(z.string().regex(/^[a-z][a-z0-9.-]{0,40}$/), digest),
});

export type Manifest = z.infer<typeof manifest>;

/** What goes to a host, and how to get there. */
export interface Bundle {
  /** The bundle's folder, absolute. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** The texts by file name, their digests verified. */
  readonly texts: Readonly<Record<string, string>>;
}
