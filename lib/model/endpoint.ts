import * as z from "zod";
import { containerInWords, containerSelector, type ContainerSelector } from "./containers";
import { zoneName } from "./names";

/**
 * A side of an entry: the machine itself, a zone by name, containers in the host's zones of them, or `all`, which means
 * the host and every zone and is allowed as a destination only.
 */
export const endpoint = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("host") }),
  z.strictObject({ kind: z.literal("all") }),
  z.strictObject({ kind: z.literal("zone"), name: zoneName }),
  z.strictObject({ kind: z.literal("container"), select: containerSelector }),
]);

export type Endpoint =
  | Readonly<{ kind: "host" }>
  | Readonly<{ kind: "all" }>
  | Readonly<{ kind: "zone"; name: string }>
  | Readonly<{ kind: "container"; select: ContainerSelector }>;

export function endpointInWords(given: Endpoint): string {
  switch (given.kind) {
    case "zone":
      return given.name;
    case "container":
      return containerInWords(given.select);
    case "host":
    case "all":
      return given.kind;
  }
}
