import type { TcpAnswer } from "./tcp-answer";
import type { RunOptions, RunResult } from "./options";

/** A login on a host: commands run over it until it is closed. */
export interface Connection {
  readonly user: string;
  /** The address and port at the host's side; the host's name where a jump host looked it up. */
  readonly serverAddress: string;
  /** The address that the deployer connects from; through a jump host, the one used towards that. See `clientAddress`. */
  readonly localAddress: string;
  /** The address that the host sees this connection come from, by its `$SSH_CONNECTION`; asked once. Undefined if it does not tell. */
  clientAddress(): Promise<string | undefined>;
  /**
   * Runs a command line by the user's login shell. Any number may run side by side.
   * A command that leaves a background process with its output open does not end before that: redirect it.
   *
   * @throws UserError `command-timeout`, `output-too-large`, `channel-refused`, `connection-lost`,
   * `connection-closed`, `interrupted`; not for an exit status
   */
  run(command: string, options?: RunOptions): Promise<RunResult>;
  /**
   * The same as root: as it stands when the user is root (or the target says `sudo: false`), else by `sudo -n`.
   *
   * @throws UserError as `run`, and `sudo-missing`, `sudo-password-required`, `sudo-not-permitted`, `sudo-requires-tty`
   */
  runAsRoot(command: string, options?: RunOptions): Promise<RunResult>;
  /** Opens a TCP connection from the host to another machine, by its sshd, and closes it at once. */
  askTcp(address: string, port: number, seconds: number): Promise<TcpAnswer>;
  /** Ends it, and all that runs over it, for certain: what a dead network does not let end is cut after a second. */
  close(): void;
  /** Called once when it ended: with an error when it was lost, without when it was closed. At once if it has ended. */
  onClose(listener: (error?: Error) => void): void;
}
