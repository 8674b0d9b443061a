import * as z from "zod";
import { addressPolicy, type AddressPolicy } from "./addresses";
import { endpoint, endpointInWords, type Endpoint } from "./endpoint";
import { serviceName } from "./names";
import { origin, type Origin } from "./origin";
import { prober, verdict, type Prober, type Verdict } from "./probe";
import { servicePolicy, type ServicePolicy } from "./services";
import { sshTarget } from "./target";

/** A service and what it consists of: what is expected of it does not change when the policy's own one does. */
export const namedService = z.strictObject({ name: serviceName, matches: servicePolicy });

/**
 * What must hold of a host's rules, whatever they are: every packet of these is accepted, or every one is refused. It is
 * whole in itself and names nothing of the policy but zones, and it changes nothing on the host.
 */
export const expectation = z.strictObject({
  verdict,
  /** The zone that packets come from, or the host that sends them. @default any zone: accepted by one, refused by all */
  from: endpoint.optional(),
  to: endpoint,
  /** @default any */
  source: addressPolicy.optional(),
  /** @default any */
  destination: addressPolicy.optional(),
  /** Every one of them. None means all services. */
  services: z.array(namedService),
  /** Also asked of the host itself, in the prove step: by whom, and at which address. */
  live: z.strictObject({ by: prober, address: sshTarget.shape.address }).optional(),
  /** `https  ext → host  from office` */
  words: z.string().max(500),
  origin,
});

export type NamedService = Readonly<{ name: string; matches: ServicePolicy }>;
export type Expectation = Readonly<{
  verdict: Verdict;
  from?: Endpoint | undefined;
  to: Endpoint;
  source?: AddressPolicy | undefined;
  destination?: AddressPolicy | undefined;
  services: readonly NamedService[];
  live?: Readonly<{ by: Prober; address: string }> | undefined;
  words: string;
  origin: Origin;
}>;

/** The line that a report shows: `https  ext → host  from office`. */
export function expectationInWords(
  { services, from, to }: Pick<Expectation, "services" | "from" | "to">,
  source: readonly string[],
  destination: readonly string[],
): string {
  const what = services.length === 0 ? "all services" : services.map(({ name }) => name).join(", ");
  const parts = [what, `${from === undefined ? "any zone" : endpointInWords(from)} → ${endpointInWords(to)}`];
  if (source.length > 0) parts.push(`from ${source.join(", ")}`);
  if (destination.length > 0) parts.push(`to ${destination.join(", ")}`);
  return parts.join("  ").slice(0, 500);
}
