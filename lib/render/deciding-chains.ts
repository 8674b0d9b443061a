import type { Backend } from "../model/policy";

const DECIDING: Readonly<Record<Backend, RegExp>> = {
  iptables: /^CDKFW-(INPUT|FORWARD|OUTPUT|[IFO]-.*)$/,
  nftables: /^(input|forward|output)(\/|$)/,
};

/**
 * Whether rules decide about packets in a chain of the kernel's, by its name there. In the others they do what was decided:
 * log it, mark it, change its addresses; who counted there would count twice.
 */
export function decidesIn(chain: string, backend: Backend): boolean {
  return DECIDING[backend].test(chain);
}
