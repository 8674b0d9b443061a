import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import { evaluate, type Decision, type Step, type Trace } from "../../lib/analysis/evaluate";
import type { Packet } from "../../lib/analysis/packet";
import { POLICY_FILE } from "../../lib/bundle/format";
import { compile } from "../../lib/compile/compile";
import type { ConntrackState } from "../../lib/compile/ruleset";
import { familyOf, normaliseAddress } from "../../lib/model/addresses";
import { show } from "../../lib/model/findings";
import { printOrigin } from "../../lib/model/origin";
import type { HostPolicy } from "../../lib/model/policy";
import { UserError } from "../../lib/model/user-error";
import { action } from "../action";
import { EXIT } from "../exit";
import { bundlesOf } from "../hosts";
import { whole, withJson } from "../options";
import { print, printJson } from "../output";

interface Flags {
  readonly bundles: string;
  readonly in?: string;
  readonly out?: string;
  readonly src: string;
  readonly dst: string;
  readonly proto: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  readonly state: ConntrackState;
  readonly local?: boolean;
  readonly bridge: readonly string[];
  readonly at?: string;
  readonly json?: boolean;
}

const PROTOCOLS: Readonly<Record<string, number>> = {
  tcp: 6,
  udp: 17,
  sctp: 132,
  gre: 47,
  esp: 50,
  ah: 51,
  igmp: 2,
  ospf: 89,
};

export function traceCommand(): Command {
  const command = withJson(new Command("trace"))
    .description("tell what a host's rules do with a packet, and which entry decides; nothing is sent anywhere")
    .argument("<host>", "a host by name")
    .option("--in <interface>", "where the packet comes in (default: the host itself sends it)")
    .option(
      "--out <interface>",
      "where it goes out, after a port forward if one takes it (default: to the host itself)",
    )
    .requiredOption("--src <address>", "its source")
    .requiredOption("--dst <address>", "its destination")
    .option("--proto <protocol>", "tcp, udp, icmp, sctp, gre, esp, ah, igmp, ospf or a number", "tcp")
    .option("--sport <port>", "its source port", whole(1, 65535))
    .option("--dport <port>", "its destination port", whole(1, 65535))
    .option("--icmp-type <n>", "its ICMP or ICMPv6 type", whole(0, 255))
    .option("--icmp-code <n>", "its ICMP or ICMPv6 code", whole(0, 255))
    .addOption(
      new Option("--state <state>", "what conntrack says of it")
        .choices(["new", "established", "related", "invalid"])
        .default("new"),
    )
    .option("--local", "the destination is an address of the host, also where --out is given: for port forwards")
    .option("--bundles <dir>", "the synth's output folder", "cdktf.out")
    .option("--bridge <interface...>", "interfaces that are bridges on the host", [])
    .option("--at <moment>", "when it comes, for entries that expire: 2027-01-31T12:00:00Z")
    .addHelpText(
      "after",
      "\nExample:\n  cdkfw trace web-1 --in eth0 --src 203.0.113.7 --dst 198.51.100.1 --proto tcp --dport 443\n" +
        "\nLimits and raw matches depend on more than one packet: they count as met.",
    );
  return action(command, (name: string, flags: Flags) => {
    for (const { folder } of bundlesOf(flags.bundles, [name])) {
      const policy = JSON.parse(readFileSync(join(folder, POLICY_FILE), "utf8")) as HostPolicy;
      const packet = packetOf(flags);
      const trace = evaluate(compile(policy), packet, { bridges: new Set(flags.bridge) });
      const place = placeOf(trace, policy);
      if (flags.json === true) printJson({ host: name, packet, ...trace, ...(place !== undefined && { place }) });
      else printTrace(trace, place);
    }
    return EXIT.done;
  });
}

function packetOf(flags: Flags): Packet {
  const family = familyOf(flags.src);
  if (family === undefined)
    throw new UserError("no-address", `${show(flags.src)} is no address`, "Give one, such as 203.0.113.7.");
  const address = (text: string): string => {
    const normal = normaliseAddress(text, family);
    if (typeof normal === "string" && !normal.includes("/")) return normal;
    throw new UserError(
      "no-address",
      `${show(text)} is no IPv${family} address`,
      "Source and destination are single addresses of one family.",
    );
  };
  return {
    family,
    source: address(flags.src),
    destination: address(flags.dst),
    protocol: protocolOf(flags.proto, family),
    state: flags.state,
    ...(flags.in !== undefined && { inInterface: flags.in }),
    ...(flags.out !== undefined && { outInterface: flags.out }),
    ...(flags.sport !== undefined && { sourcePort: flags.sport }),
    ...(flags.dport !== undefined && { destinationPort: flags.dport }),
    ...(flags.icmpType !== undefined && { icmpType: flags.icmpType }),
    ...(flags.icmpCode !== undefined && { icmpCode: flags.icmpCode }),
    ...(flags.local === true && { local: true }),
    ...(flags.at !== undefined && { moment: flags.at }),
  };
}

function protocolOf(text: string, family: 4 | 6): number {
  if (text === "icmp" || text === "icmpv6") return family === 4 ? 1 : 58;
  const number = PROTOCOLS[text] ?? (/^\d{1,3}$/.test(text) ? Number(text) : NaN);
  if (number >= 0 && number <= 255) return number;
  throw new UserError(
    "no-protocol",
    `${show(text)} is no protocol`,
    `Allowed: icmp, ${Object.keys(PROTOCOLS).join(", ")}, or a number up to 255.`,
  );
}

/** The line of code that declared the entry: the bundle's policy knows it, the rules in the kernel do not. */
function placeOf({ entry }: Trace, policy: HostPolicy): string | undefined {
  const path = entry?.origin.path;
  const declared = policy.entries.find(({ origin }) => origin.path === path);
  return declared === undefined ? undefined : printOrigin(declared.origin);
}

function printTrace({ decision, decidedBy, entry, way }: Trace, place: string | undefined): void {
  print(decisionInWords(decision));
  if (entry !== undefined) print(`by   ${entry.words}\n     ${place ?? entry.origin.path}`);
  else if (decidedBy?.rule.origin.kind === "implicit")
    print(`by   the language itself: ${decidedBy.rule.origin.reason}`);
  else print("by   no rule: outbound traffic is open");
  print("way");
  for (const step of way) print(`     ${step.chain}: ${stepInWords(step)}`);
}

function decisionInWords(decision: Decision): string {
  switch (decision.kind) {
    case "drop":
      return "drop";
    case "reject":
      return `reject with ${decision.answer}`;
    case "accept": {
      const to = decision.destination === undefined ? "" : `, forwarded to ${decision.destination}`;
      const port = decision.destinationPort === undefined || to === "" ? "" : ` port ${decision.destinationPort}`;
      const from =
        decision.source === undefined
          ? ""
          : decision.source === "masquerade"
            ? ", masqueraded"
            : `, as ${decision.source}`;
      return `accept${to}${port}${from}`;
    }
  }
}

function stepInWords({ rule: { origin, verdict } }: Step): string {
  const reason = origin.kind === "implicit" ? origin.reason : origin.words.replace(/ {2,}/g, " ");
  return verdict.kind === "jump" || verdict.kind === "goto"
    ? `${reason} → ${verdict.chain}`
    : `${reason} (${verdict.kind})`;
}
