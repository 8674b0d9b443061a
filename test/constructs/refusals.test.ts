import type { RuleProps } from "../../constructs";
import { parsePolicyFile } from "../../lib/model/parse-policy";
import { findingsOf as findingsOfFile } from "../lib/model/harness";
import { edge, told, type Edge } from "./harness";

/** All that MicroFW refuses is refused in programs and in policy files: with its place, what is allowed, or the cure. */
const REFUSALS: readonly [string, (made: Edge) => void, string, string, RegExp][] = [
  [
    "a duplicate interface",
    ({ host }) => host.addZone("dmz", { interfaces: ["eth0"] }),
    "zones: { ext: eth0, lan: eth1, dmz: eth0 }",
    "",
    /the interface `eth0` is in two zones, `ext` and `dmz`\. Name it once/,
  ],
  [
    "an interface named twice in a zone",
    ({ host }) => host.addZone("dmz", { interfaces: ["eth2", "eth2"] }),
    "zones: { ext: eth0, lan: eth1, dmz: [eth2, eth2] }",
    "",
    /the interface `eth2` is named twice in the zone `dmz`/,
  ],
  [
    "a missing zone",
    ({ host }) => host.allow({ to: host } as RuleProps),
    "",
    "accept: ssh, to: host",
    /`from` is missing/,
  ],
  [
    "a missing goal",
    ({ host, ext }) => host.allow({ from: ext } as RuleProps),
    "",
    "accept: ssh, from: ext",
    /`to` is missing/,
  ],
  [
    "a zone without interfaces",
    ({ host }) => host.addZone("dmz", { interfaces: [] }),
    "zones: { ext: eth0, lan: eth1, dmz: [] }",
    "",
    /at least one interface|has no interface\. Allowed: a list of one or more/,
  ],
  ...(["FW", "ALL", "host"] as const).map((name): (typeof REFUSALS)[number] => [
    `a zone named ${name}`,
    ({ host }) => host.addZone(name, { interfaces: ["eth2"] }),
    `zones: { ext: eth0, lan: eth1, ${name}: eth2 }`,
    "",
    new RegExp(`\`${name}\` is no .*name.*a name other than \`all\`, \`host\` and \`fw\``),
  ]),
  [
    "an unknown zone",
    ({ host }) => host.allow({ from: "exd", to: host }),
    "",
    "accept: all, from: exd, to: host",
    /`exd` is no zone of `web-1`.*Did you mean `ext`\?/,
  ],
  [
    "an unknown address",
    ({ host, ext }) => host.allow({ from: ext, to: host, source: "offfice" }),
    "",
    "accept: all, from: ext, to: host, source: offfice",
    /`offfice` is no known address\. Allowed: .*203\.0\.113\.0\/24/,
  ],
  [
    "an unknown service",
    ({ host, ext }) => host.allow({ from: ext, to: host, service: "htttps" }),
    "",
    "accept: htttps, from: ext, to: host",
    /`htttps` is no known service.*Did you mean `https`\?/,
  ],
  [
    "all as the source zone",
    ({ host }) => host.allow({ from: "all", to: host }),
    "",
    "accept: all, from: all, to: host",
    /`all` is no source\. Allowed: a zone/,
  ],
  [
    "a wrong action",
    ({ host, ext }) => host.addRule({ action: "acept" as never, from: ext, to: host }),
    "",
    "acept: all, from: ext, to: host",
    /`acept` is (no action|not known here).*Did you mean `accept`\?/,
  ],
  [
    "all services to one port",
    ({ host, ext }) => host.forward({ from: ext, service: "all", to: "10.0.0.5", port: 80 }),
    "",
    "forward: all, from: ext, to: 10.0.0.5, port: 80",
    /all services go to port 80: every other port would be lost/,
  ],
  [
    "all services without an address of their own",
    ({ host, ext }) => host.forward({ from: ext, service: "all", to: "10.0.0.5" }),
    "",
    "forward: all, from: ext, to: 10.0.0.5",
    /the port forward takes all that is addressed to the host, its own SSH too/,
  ],
];

describe("what MicroFW refuses is refused", () => {
  test.each(REFUSALS)("%s", (_, declare, zones, entry, words) => {
    const made = edge();
    declare(made);
    expect(told(made.fleet)).toContainEqual(expect.stringMatching(words));
    expect(made.fleet.findings()[0]?.origin).toMatchObject({ file: "test/constructs/refusals.test.ts" });

    const text = `host: web-1\n${zones || "zones: { ext: eth0, lan: eth1 }"}\nentries: [${entry && `{ ${entry} }`}]\n`;
    const inFile = findingsOfFile(() => parsePolicyFile(text, "web.yaml"));
    expect(inFile.filter((finding) => /^web\.yaml:\d/.test(finding))).toContainEqual(expect.stringMatching(words));
  });
});
