/** What is not as in MicroFW wherever it matters, and stands at no line of its tables. docs/microfw.md gives the reasons. */
export const GENERAL_DIFFERENCES: readonly string[] = Object.freeze([
  "what IPv6 needs (neighbour discovery, router advertisement, …) is accepted before the list",
  'packets that connection tracking can make nothing of are dropped; `invalid: "ignore"` on a host lets its rules decide',
  "a port forward lets through what it forwards, and not what is addressed to the machine behind directly",
  "in and out by one bridge is for the rules to decide, unless the import wrote one for it",
  "`accept+nat` masquerades what its own entry accepts, and not what the host itself sends",
  "refused UDP over IPv6 is told that the port is unreachable, and not that an administrator prohibits it",
]);
