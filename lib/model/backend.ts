import * as z from "zod";

/** The kernel's interface that the rules are made for. */
export const backend = z.enum(["iptables", "nftables"]);

export type Backend = z.infer<typeof backend>;

/** Where neither host nor fleet says otherwise. */
export const DEFAULT_BACKEND = "nftables" satisfies Backend;
