import type { Ruleset } from "../compile/ruleset";
import type { Backend } from "../model/policy";
import { renderIptables } from "./iptables/render";
import { renderWatched } from "./live-sets";
import { renderNftables } from "./nftables/render";

/** One way to print a ruleset for each of the kernel's interfaces: the same verdicts by either. */
const RENDERERS: Readonly<Record<Backend, (ruleset: Ruleset) => Readonly<Record<string, string>>>> = {
  iptables: renderIptables,
  nftables: renderNftables,
};

/** Ruleset → the texts for the backend's loaders, by file name. */
export function render(ruleset: Ruleset, backend: Backend): Readonly<Record<string, string>> {
  const texts = RENDERERS[backend](ruleset);
  return ruleset.docker === undefined ? texts : { ...texts, containers: renderWatched(ruleset) };
}
