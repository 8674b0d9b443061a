import type { Lab, LabHost, Probe } from "../../lib/sandbox";

/** What the policy of examples/edge says about one kind of traffic, in a newcomer's words. */
export interface Case {
  readonly host: string;
  readonly from: "anywhere" | "office" | "monitor" | "scanner";
  readonly service: string;
  readonly port: number;
  readonly expected: "accept" | "reject" | "drop";
}

const SOURCES: Readonly<Record<Case["from"], { readonly v4: string; readonly v6: string }>> = {
  anywhere: { v4: "198.51.100.200", v6: "2001:db8:1::200" },
  office: { v4: "203.0.113.7", v6: "2001:db8:113::7" },
  monitor: { v4: "198.51.100.9", v6: "2001:db8:1::9" },
  scanner: { v4: "198.51.100.70", v6: "2001:db8:bad::7" },
};

export function casesOfTheExample(): Case[] {
  return [
    { host: "web-1", from: "anywhere", service: "http", port: 80, expected: "accept" },
    { host: "web-1", from: "anywhere", service: "ssh", port: 22, expected: "reject" },
    { host: "web-1", from: "office", service: "ssh", port: 22, expected: "accept" },
    { host: "web-1", from: "anywhere", service: "metrics", port: 9100, expected: "reject" },
    { host: "web-1", from: "monitor", service: "metrics", port: 9100, expected: "accept" },
    { host: "web-1", from: "scanner", service: "http", port: 80, expected: "drop" },
    { host: "web-2", from: "office", service: "beta", port: 8443, expected: "accept" },
    { host: "web-2", from: "anywhere", service: "beta", port: 8443, expected: "reject" },
    { host: "gw", from: "anywhere", service: "ssh", port: 22, expected: "reject" },
    { host: "gw", from: "monitor", service: "metrics", port: 9100, expected: "accept" },
  ];
}

/** The same, once the metrics of web hosts are open to everybody but the scanners. */
export function casesAfterTheChange(): Case[] {
  return casesOfTheExample().map((given) =>
    given.host === "web-1" && given.from === "anywhere" && given.service === "metrics"
      ? { ...given, expected: "accept" }
      : given,
  );
}

/** Addresses of the example's people, for the client outside, and something that listens on every port. */
export async function populate(lab: Lab): Promise<void> {
  for (const { v4, v6 } of Object.values(SOURCES)) {
    await lab.client.own(v4);
    await lab.client.own(v6);
  }
  for (const host of lab.hosts) await lab.respond(host, { tcp: [80, 443, 8443, 9100] });
}

export function probesOf({ from, port }: Case, { wanAddress, wanAddress6 }: LabHost): [v4: Probe, v6: Probe] {
  const { v4, v6 } = SOURCES[from];
  return [
    { proto: "tcp", dst: wanAddress, port, src: v4 },
    { proto: "tcp", dst: wanAddress6, port, src: v6 },
  ];
}
