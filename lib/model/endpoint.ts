import { z } from "zod";
import { zoneName } from "./names";

/**
 * A side of an entry: the machine itself, a zone by name, or `all`, which means the host and every zone and is allowed
 * as a destination only.
 */
export const endpoint = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("host") }),
  z.strictObject({ kind: z.literal("all") }),
  z.strictObject({ kind: z.literal("zone"), name: zoneName }),
]);

export type Endpoint =
  Readonly<{ kind: "host" }> | Readonly<{ kind: "all" }> | Readonly<{ kind: "zone"; name: string }>;

export function endpointInWords(given: Endpoint): string {
  return given.kind === "zone" ? given.name : given.kind;
}
