import type { SshTarget } from "../model/target";
import type { connect, Connection, ConnectionOptions } from "../remote";
import type { Step } from "./outcome";

export interface HandshakeOptions {
  /** Seconds within which the change must be confirmed. @default 30 */
  readonly windowSeconds?: number;
  /** Apply even what stands already. @default false */
  readonly force?: boolean;
  /** Instead of what the bundle says about the way to the host. */
  readonly overrides?: Partial<SshTarget>;
  readonly connection?: ConnectionOptions;
  /** Opens a connection. @default by SSH */
  readonly connect?: typeof connect;
  readonly onStep?: (step: Step) => void;
  /** Asked when a new login has proven the change, and before it is confirmed: where it rejects, the host goes back. */
  readonly beforeConfirm?: (proof: Proof) => Promise<void>;
}

/** What stands between a proof and its confirmation. */
export interface Proof {
  /** The login that proved it. */
  readonly connection: Connection;
  /** Fires when there is too little left of the window to go on. */
  readonly signal: AbortSignal;
}
