import { isEmptyAddress, type AddressPolicy } from "../lib/model/addresses";
import type { Mistake } from "../lib/model/explain-issues";
import type { FindingCode, Silences } from "../lib/model/finding-codes";
import { readSilence } from "../lib/model/read-silence";
import type { PrivateService, Review } from "../lib/model/review";
import { readMembers } from "./address-members";
import type { Host } from "./host";
import type { AddressLike } from "./rule";

/** Who manages machines, and from where. */
export interface ManagementProps {
  /**
   * Where deployers connect from, as the hosts see it. A synth fails where the rules would keep one of these addresses
   * from SSH. @default not known: a synth fails only where nobody at all would reach SSH
   */
  readonly managedFrom?: AddressLike | readonly AddressLike[] | undefined;
  /** Whether rules may be deployed by which no deployer reaches SSH. @default false */
  readonly allowLockout?: boolean | undefined;
}

/** What a fleet, or a host, says about findings and management; a host's own words go before those of its fleet. */
export class ReviewSettings {
  readonly #silence: Partial<Record<FindingCode, string>> = {};
  readonly private: PrivateService[] = [];

  constructor(private readonly props: ManagementProps) {}

  /** Keeps the reason; what is wrong with it is told. */
  silence(code: FindingCode, reason: string, mistakes: Mistake[]): void {
    Object.assign(this.#silence, readSilence({ [code]: reason }, mistakes));
  }

  get silences(): Silences {
    return this.#silence;
  }

  get allowLockout(): boolean | undefined {
    return this.props.allowLockout;
  }

  /** The addresses of deployers, as seen from a host; nothing where they are not told. */
  managedFrom(host: Host, mistakes: Mistake[]): AddressPolicy | undefined {
    const given = this.props.managedFrom;
    if (given === undefined) return undefined;
    const read = readMembers(Array.isArray(given) ? (given as readonly AddressLike[]) : [given], host);
    mistakes.push(...read.mistakes);
    return isEmptyAddress(read.policy) ? undefined : read.policy;
  }
}

/** The review of one host's policy: its own settings, those of its fleet, and what is expected of it. */
export function reviewOf(
  host: Host,
  [own, ofFleet]: readonly [ReviewSettings, ReviewSettings | undefined],
  expectations: Review["expectations"] = [],
): { readonly review: Review | undefined; readonly mistakes: readonly Mistake[] } {
  const mistakes: Mistake[] = [];
  const managedFrom = own.managedFrom(host, mistakes) ?? ofFleet?.managedFrom(host, mistakes);
  const silence = { ...ofFleet?.silences, ...own.silences };
  const hidden = [...(ofFleet?.private ?? []), ...own.private];
  const review: Review = {
    ...(managedFrom !== undefined && { managedFrom }),
    ...((own.allowLockout ?? ofFleet?.allowLockout) === true && { allowLockout: true }),
    ...(hidden.length > 0 && { private: hidden }),
    ...(Object.keys(silence).length > 0 && { silence }),
    ...(expectations.length > 0 && { expectations }),
  };
  return { review: Object.keys(review).length === 0 ? undefined : review, mistakes };
}
