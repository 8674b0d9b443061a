import { containerInWords, explainSelector } from "../containers";
import { show } from "../findings";
import type { HostPolicy, RuleEntry } from "../policy";
import type { Check } from "./check";
import { servicesOf } from "./services-of";

/** Names and labels are such that Docker can have them. */
export const containersHaveLegalNames: Check = ({ policy, report }) => {
  for (const { from, to, origin } of rulesOf(policy)) {
    for (const side of [from, to]) {
      const mistake = side.kind === "container" ? explainSelector(side.select) : undefined;
      if (mistake !== undefined) report({ origin, ...mistake });
    }
  }
};

/** Containers are reached by the interfaces of a zone that says so. */
export const containersHaveAZone: Check = ({ policy, report }) => {
  if (policy.zones.some(({ containers }) => containers !== undefined)) return;
  for (const { from, to, origin } of rulesOf(policy)) {
    const side = [from, to].find(({ kind }) => kind === "container");
    if (side?.kind !== "container") continue;
    report({
      origin,
      problem: `the rule names the ${containerInWords(side.select)}, and ${show(policy.host)} has no zone of containers`,
      allowed: "a rule with containers, on a host whose zones tell where they are",
      fix: 'declare one, such as `host.addContainerZone("docker")`, or `docker: { containers: closed }` in a policy file',
    });
  }
};

/** A container's address is its own affair: the host knows it, the policy does not. */
export const containersHaveNoAddresses: Check = ({ policy, report }) => {
  for (const { from, to, source, destination, origin } of rulesOf(policy)) {
    for (const [side, names, what] of [
      [from, source, "source"],
      [to, destination, "destination"],
    ] as const) {
      if (side.kind !== "container" || names.length === 0) continue;
      report({
        origin,
        problem: `the ${what} is the ${containerInWords(side.select)} and ${names.map(show).join(", ")} at once`,
        fix: `leave \`${what}\` out, or name the zone instead of the container`,
      });
    }
  }
};

/** Docker publishes ports of TCP, UDP and SCTP, for packets that come from outside of the host. */
export const publishedPortsArePorts: Check = ({ policy, report }) => {
  for (const { from, to, services, published, origin } of rulesOf(policy)) {
    if (published === undefined) continue;
    const problem = problemOfPublished(policy, { from, to, services, published });
    if (problem !== undefined) report({ origin, ...problem });
  }
};

function problemOfPublished(
  policy: HostPolicy,
  { from, to, services, published }: Pick<RuleEntry, "from" | "to" | "services" | "published">,
) {
  if (to.kind !== "container") {
    return {
      problem: "only containers have published ports",
      allowed: "a container as the destination",
      fix: "name the services instead, or a container in `to`",
    };
  }
  if (from.kind === "host") {
    return { problem: "what the host itself sends to a published port is open", fix: "leave the rule out" };
  }
  if (published === "all" && services.length > 0) {
    return {
      problem: `\`published\` opens every published port, and the services ${services.map(show).join(", ")} are named, too`,
      fix: "leave one of the two out, or use a port forward to open published ports by name",
    };
  }
  const without = services.filter((name) => servicesOf(policy, name).some(({ kind }) => kind !== "ports"));
  if (published === "services" && (services.length === 0 || without.length > 0)) {
    return {
      problem:
        services.length === 0
          ? "a port forward to a container names no service: Docker publishes ports one by one"
          : `${without.map(show).join(", ")} has parts without ports, which Docker does not publish`,
      allowed: "services of TCP, UDP and SCTP ports, by the port on the host",
      fix: "name them, or open every published port: `host.allow({ …, published: true })`, `accept: published`",
    };
  }
  return undefined;
}

function rulesOf(policy: HostPolicy): RuleEntry[] {
  return policy.entries.filter((entry) => entry.kind === "rule");
}
