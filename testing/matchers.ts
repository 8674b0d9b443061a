import type { PacketProps } from "../constructs";
import { UserError } from "../lib/model/user-error";
import { askedHosts } from "./asked-hosts";
import { refutationsOfOnlyFrom, type AcceptedOnlyFrom } from "./only-from";
import { refutation, refutationOfOnly, type AdmittedProps } from "./refutations";

/** What these say of hosts, whatever the test runner is called. */
export interface PolicyMatchers<R = unknown> {
  /** Every packet of these passes: by the host, or by every one of the hosts. */
  toAccept(packets: PacketProps): R;
  /** None of these packets passes: not by the host, nor by any of the hosts. */
  toRefuse(packets: PacketProps): R;
  /** Nothing reaches the host itself but these packets, and what the language lets in without a rule. */
  toAdmitOnly(list: readonly AdmittedProps[]): R;
  /** Only the hosts of one group reach those of another one by a service, and all of them do. */
  toAcceptOnlyFrom(props: AcceptedOnlyFrom): R;
}

/** What a runner knows of the assertion. */
interface Assertion {
  readonly isNot?: boolean;
}

interface Result {
  readonly pass: boolean;
  message(): string;
}

export function toAccept(this: Assertion, given: unknown, packets: PacketProps): Result {
  return result(this, "Say `toRefuse`: a single refused packet would be enough for `.not.toAccept`.", () =>
    askedHosts(given).flatMap((host) => refutation(host, packets, "accepted") ?? []),
  );
}

export function toRefuse(this: Assertion, given: unknown, packets: PacketProps): Result {
  return result(this, "Say `toAccept`: a single accepted packet would be enough for `.not.toRefuse`.", () =>
    askedHosts(given).flatMap((host) => refutation(host, packets, "refused") ?? []),
  );
}

export function toAdmitOnly(this: Assertion, given: unknown, list: readonly AdmittedProps[]): Result {
  return result(this, "Say with `toAccept` what else is admitted.", () =>
    askedHosts(given).flatMap((host) => refutationOfOnly(host, list) ?? []),
  );
}

export function toAcceptOnlyFrom(this: Assertion, given: unknown, props: AcceptedOnlyFrom): Result {
  return result(this, "Say with `toAccept` who else is accepted.", () =>
    refutationsOfOnlyFrom(askedHosts(given), props),
  );
}

/** More of them tell nothing more: hosts are made by loops. */
const SHOWN = 10;

/** These speak of all packets: their opposites would speak of one, and are refused. */
function result({ isNot }: Assertion, opposite: string, refute: () => readonly string[]): Result {
  const refutations = withHelp(() => {
    if (isNot === true) throw new UserError("not", "`.not` says less than it seems to", opposite);
    return refute();
  });
  const rest = refutations.length - SHOWN;
  const shown = refutations.slice(0, SHOWN).join("\n");
  return {
    pass: refutations.length === 0,
    message: () => (rest > 0 ? `${shown}\nand ${String(rest)} more` : shown),
  };
}

/** A runner shows the message of an error, and no more. */
function withHelp<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UserError) || error.help === undefined) throw error;
    throw new UserError(error.code, `${error.message}\n${error.help}`);
  }
}
