import * as z from "zod";
import { addressPolicy, type AddressPolicy } from "./addresses";
import { expectation, namedService, type Expectation, type NamedService } from "./expectations";
import { silences, type Silences } from "./finding-codes";
import { zoneName } from "./names";
import { origin, type Origin } from "./origin";

/** What a host's rules are held against before they are deployed. Nothing of it changes the host. */
export const review = z.strictObject({
  /** Where deployers connect from: all of these addresses must reach SSH. */
  managedFrom: addressPolicy.optional(),
  /** Whether rules may be deployed by which nobody reaches SSH. */
  allowLockout: z.literal(true).optional(),
  /** Services that must not be open to the world. */
  private: z
    .array(
      z.strictObject({
        service: namedService,
        /** Zones in which it may be open to everybody. */
        within: z.array(zoneName),
        origin,
      }),
    )
    .optional(),
  /** Findings about this host that are known and meant. */
  silence: silences.optional(),
  expectations: z.array(expectation).optional(),
});

export type PrivateService = Readonly<{ service: NamedService; within: readonly string[]; origin: Origin }>;
export type Review = Readonly<{
  managedFrom?: AddressPolicy | undefined;
  allowLockout?: true | undefined;
  private?: readonly PrivateService[] | undefined;
  silence?: Silences | undefined;
  expectations?: readonly Expectation[] | undefined;
}>;
