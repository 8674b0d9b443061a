import type { Chain, Match, Rule, Ruleset, Verdict } from "../../../lib/compile/ruleset";
import { containerInWords } from "../../../lib/model/containers";

type Printers<K extends { kind: string }> = { readonly [N in K["kind"]]: (one: Extract<K, { kind: N }>) => string };

const MATCHES: Printers<Match> = {
  "in-interface": ({ name }) => `in ${name}`,
  "out-interface": ({ name }) => `out ${name}`,
  address: ({ side, set, except }) => `${except ? "not " : ""}${side} ${set}`,
  protocol: ({ number }) => `protocol ${number}`,
  ports: ({ side, protocol, ranges }) => `${protocol} ${side} ${ranges.map(([a, b]) => `${a}-${b}`).join(",")}`,
  icmp: ({ family, types }) =>
    `icmp${family} ${types.map(({ type, code }) => [type, code ?? "*"].join("/")).join(",")}`,
  "conntrack-state": ({ states }) => states.join(","),
  forwarded: ({ is }) => (is ? "forwarded" : "not forwarded"),
  "destination-type": ({ type, except }) => `${except ? "not " : ""}${type}`,
  limit: ({ name, rate, burst, perSource }) =>
    `${name} ${rate.count}/${rate.per} burst ${burst}${perSource ? " per source" : ""}`,
  connections: ({ name, most, perSource }) => `${name} ${most}${perSource ? " per source" : ""}`,
  before: ({ moment }) => `before ${moment}`,
  pairs: ({ name, pairs }) => `${name} of ${pairs.length}`,
  raw: ({ raw }) => `raw ${JSON.stringify(raw)}`,
  published: ({ container, at }) => `published ${at} port of ${containerInWords(container)}`,
  "asked-ports": ({ protocol, ranges }) => `${protocol} asked ${ranges.map(([a, b]) => `${a}-${b}`).join(",")}`,
  "masquerade-mark": () => "marked",
};

const VERDICTS: Printers<Verdict> = {
  accept: () => "accept",
  drop: () => "drop",
  leave: () => "leave",
  reject: ({ answer }) => `reject ${answer}`,
  jump: ({ chain }) => `jump ${chain}`,
  goto: ({ chain }) => `goto ${chain}`,
  "mark-masquerade": () => "mark",
  masquerade: () => "masquerade",
  snat: ({ v4, v6 }) => `snat ${[v4, v6].filter(Boolean).join(" ")}`,
  dnat: ({ v4, v6, port }) => `dnat ${[v4, v6, port].filter(Boolean).join(" ")}`,
  log: ({ prefix, level }) => `log ${level} "${prefix}"`,
};

/** A rule in one line, for tests: `4: in eth0 & tcp destination 22-22 → accept`. */
export function ruleText({ family, matches, verdict, unlessBridge }: Rule): string {
  const print = <T extends { kind: string }>(printers: object, one: T): string =>
    (printers as Record<string, (one: T) => string>)[one.kind]?.(one) ?? "?";
  const words = [matches.map((match) => print(MATCHES, match)).join(" & "), "→", print(VERDICTS, verdict)];
  const prefix = [family && `${family}:`, unlessBridge && `(unless bridge ${unlessBridge})`];
  return [...prefix, ...words].filter(Boolean).join(" ");
}

export function chainOf(ruleset: Ruleset, name: string): string[] | undefined {
  const chain = ruleset.chains.find((one) => one.name === name);
  return chain?.rules.map(ruleText);
}

export function chain(name: string, rules: readonly Verdict[], hook?: Chain["hook"]): Chain {
  const origin = { kind: "implicit", reason: "test" } as const;
  return { name, ...(hook && { hook }), rules: rules.map((verdict) => ({ matches: [], verdict, origin })) };
}
