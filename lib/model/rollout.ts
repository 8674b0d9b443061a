import * as z from "zod";
import { objectName } from "./names";

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** `"30s"`, `"5m"`, `"1h"`, or a number of seconds. */
const duration = z
  .union([z.number(), z.string()], "a time such as `30s`, `5m` or `1h`, at most a day")
  .transform((given) => {
    const [, count, unit = ""] = /^(\d{1,5})([smh])$/.exec(String(given)) ?? [];
    return typeof given === "number" ? given : Number(count) * (UNITS[unit] ?? NaN);
  })
  .refine((seconds) => seconds >= 0 && seconds <= 86_400, "a time such as `30s`, `5m` or `1h`, at most a day");

const selector = z.string().regex(/^[^!\s]\S*$/, "names, patterns (`web-*`) or groups (`group:db`) of hosts");

const CANARY = "a number of hosts, or a list that names them";
const WAVES = "a number of hosts, or a part such as `25%`";

/** How a fleet is deployed: in which steps, and when it stops. It changes nothing on any host. */
export const rollout = z.strictObject({
  /** Hosts of a first wave of their own: how many, or which. */
  canary: z.union([z.int(CANARY).min(0, CANARY), z.array(selector).min(1, CANARY)], CANARY).default(0),
  /** Hosts of each further wave: how many, or which part of all. */
  waves: z.union([z.int(WAVES).min(1, WAVES), z.string().regex(/^(100|[1-9]\d?)%$/, WAVES)], WAVES).default("100%"),
  /** Groups in their order: no wave holds hosts of two of them. Hosts of none come last. */
  groups: z.array(objectName).default([]),
  /** The rollout stops when more hosts than these have failed. */
  maxFailures: z.int("a whole number from 0").min(0, "a whole number from 0").default(0),
  /** Waited after each wave that changed something, in seconds. */
  pause: duration.default(0),
  /** No host of a wave is confirmed before all of it is proven; else all of it goes back. */
  atomic: z.boolean().default(false),
});

export type Rollout = Readonly<z.infer<typeof rollout>>;

/** As users write it: every setting may be left out. */
export type RolloutSettings = Readonly<{
  canary?: number | readonly string[] | undefined;
  waves?: number | string | undefined;
  groups?: readonly string[] | undefined;
  maxFailures?: number | undefined;
  pause?: string | number | undefined;
  atomic?: boolean | undefined;
}>;
