import { randomBytes } from "node:crypto";
import { hostname, userInfo } from "node:os";

/** One attempt to change one host. */
export interface Change {
  /** Chosen by the deployer for this attempt alone: only who knows it can confirm. 32 hexadecimal digits. */
  readonly nonce: string;
  /** Seconds within which the change must be confirmed, counted on the host from the moment that it is armed. */
  readonly windowSeconds: number;
  /** Who does it, told to others who find the host locked. */
  readonly owner: string;
  /** Where the deployer's SSH arrives: the safe rules of the last resort leave it open. */
  readonly sshPort: number;
  /** Apply even what stands already. */
  readonly force: boolean;
}

export function newChange(facts: Pick<Change, "windowSeconds" | "sshPort" | "force">): Change {
  return { ...facts, nonce: randomBytes(16).toString("hex"), owner: deployer() };
}

/** `anna@workstation`, in letters that every file and log can hold. */
export function deployer(): string {
  let user = "unknown";
  try {
    user = userInfo().username;
  } catch {
    // A user id without a name, as in many containers.
  }
  return `${user}@${hostname()}`.replace(/[^A-Za-z0-9@._-]/g, "_").slice(0, 100);
}
