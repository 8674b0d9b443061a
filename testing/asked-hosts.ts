import { Fleet, Host, UserError } from "../constructs";
import { expectedQuestions } from "../lib/analysis/asked-packets";
import { Reviewed } from "../lib/analysis/reviewed";
import { compile } from "../lib/compile/compile";
import { countriesOf, resolveCountries } from "../lib/countries/resolve";
import { withNetworks } from "../lib/model/countries";
import type { Expectation } from "../lib/model/expectations";
import { show } from "../lib/model/findings";

/**
 * Hosts whose rules are asked: one, some, or all of a fleet.
 * @throws UserError `no-host` where there is none: what holds of no host says nothing
 */
export function askedHosts(given: unknown): readonly Host[] {
  const hosts = Fleet.isFleet(given) ? given.hosts : [given].flat();
  if (hosts.length > 0 && hosts.every((one) => Host.isHost(one))) return hosts;
  const problem = hosts.length === 0 ? "no host is asked: the list is empty" : "what is asked is no host";
  throw new UserError("no-host", problem, "Write `expect(host)`, `expect(fleet)`, or a list of hosts.");
}

export function fleetOf(host: Host): Fleet {
  const fleet = Fleet.of(host);
  if (fleet !== undefined) return fleet;
  throw new UserError("no-fleet", `the host ${show(host.hostName)} is in no fleet`, "Create it in the scope of one.");
}

/** The rules of a host, and what is asked of them: countries are networks there. */
export interface Asked {
  readonly reviewed: Reviewed;
  readonly questions: readonly Expectation[];
}

/** Makes the rules of a host ready to be asked about these packets. */
export function ask(host: Host, questions: readonly Expectation[]): Asked {
  const fleet = fleetOf(host);
  const declared = fleet.policyOf(host);
  const asked = { ...declared, review: { ...declared.review, expectations: questions } };
  const policy = withNetworks(asked, countriesOf(asked, resolveCountries([asked])));
  const reviewed = new Reviewed(policy, compile(policy, { merge: false }), fleet.today, expectedQuestions(policy));
  return { reviewed, questions: policy.review?.expectations ?? [] };
}
