import type { SshTarget } from "./target";

/** A value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One machine of an inventory, with all that its groups and the defaults say about it. */
export type InventoryNode = Readonly<SshTarget> & {
  readonly name: string;
  /** The groups that list it, in the order in which they are listed. */
  readonly groups: readonly string[];
  /** Whether a deployment installs what the host lacks, where something is said about it. */
  readonly install?: boolean | undefined;
  readonly variables: Readonly<Record<string, Json>>;
};
