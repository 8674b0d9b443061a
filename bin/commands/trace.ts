import { Command, Option } from "commander";
import { evaluate, type Trace } from "../../lib/analysis/evaluate";
import { packetOf, type PacketText } from "../../lib/analysis/packet-of-text";
import { placeOf } from "../../lib/analysis/place-of";
import { decisionInWords, stepInWords } from "../../lib/analysis/trace-words";
import { readPolicy } from "../../lib/bundle/read-policy";
import { compile } from "../../lib/compile/compile";
import { withNetworks } from "../../lib/model/countries";
import { action } from "../action";
import { EXIT } from "../exit";
import { bundlesOf } from "../hosts";
import { whole, withJson } from "../options";
import { print, printJson } from "../output";

interface Flags extends PacketText {
  readonly bundles: string;
  readonly bridge: readonly string[];
  readonly json?: boolean;
}

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
      const { policy, countries } = readPolicy(folder);
      const packet = packetOf(flags);
      const trace = evaluate(compile(withNetworks(policy, countries)), packet, { bridges: new Set(flags.bridge) });
      const place = placeOf(trace, policy);
      if (flags.json === true) printJson({ host: name, packet, ...trace, ...(place !== undefined && { place }) });
      else printTrace(trace, place);
    }
    return EXIT.done;
  });
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
