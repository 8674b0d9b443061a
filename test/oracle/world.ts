import { innerAddresses } from "../../lib/sandbox/addresses";
import { Lab, type LabHost, type Machine } from "../../lib/sandbox";

/**
 * A router between three zones, with somebody behind each of its interfaces and something that listens on every port
 * that a packet of the oracle may go to.
 *
 *     client (ext) ── wan0 ┐          ┌ lan0 ── a machine (lan)
 *                          ├── host ──┼ lan1 ── a machine (lan)
 *     deployer (mgmt) ─ eth0          └ dmz0 ── a machine (dmz)
 */
export interface World {
  readonly host: LabHost;
  readonly senders: readonly Sender[];
  readonly receivers: readonly Receiver[];
  stop(): Promise<void>;
}

export interface Sender {
  readonly machine: Machine;
  readonly zone: string;
  readonly interface: string;
  readonly v4: string;
  readonly v6: string;
}

export interface Receiver {
  /** The zone that it is in, or the host itself. */
  readonly place: string;
  readonly interface?: string;
  readonly v4: string;
  readonly v6: string;
}

/** What lies behind the host's inner interfaces. */
export const INNER = {
  lan0: { zone: "lan", ...innerAddresses(1, 0) },
  lan1: { zone: "lan", ...innerAddresses(1, 1) },
  dmz0: { zone: "dmz", ...innerAddresses(1, 2) },
} as const;
export type InnerInterface = keyof typeof INNER;
export const INNER_INTERFACES = Object.keys(INNER) as InnerInterface[];
/** An address of the host's outside that it has beside its own. */
export const SNAT = { v4: "198.51.100.250", v6: "2001:db8:1::250" };
export const TCP_PORTS = [80, 81, 443, 8000, 8005, 8010, 8011];
export const SOURCE_PORTS = [4000, 4001];
export const UDP_PORTS = [53, 54, 443, 5000, 5005, 5006];

/** Who is outside: addresses in and beside the networks that policies name. */
export const OUTSIDE = [
  { v4: "198.51.100.200", v6: "2001:db8:1::200" },
  { v4: "203.0.113.7", v6: "2001:db8:2::7" },
  { v4: "203.0.113.128", v6: "2001:db8:2:8000::7" },
  { v4: "192.0.2.66", v6: "2001:db8:bad::66" },
] as const;

export async function startWorld(): Promise<World> {
  const lab = await Lab.start({ hosts: [{ networks: INNER_INTERFACES }] });
  const host = lab.host("h1");
  for (const machine of [lab.client, host, ...host.behind.values()]) {
    await lab.respond(machine, { tcp: TCP_PORTS, udp: UDP_PORTS });
  }
  for (const { v4, v6 } of OUTSIDE.slice(1)) await Promise.all([lab.client.own(v4), lab.client.own(v6)]);
  // So that the client answers from its first address.
  await lab.client.exec(
    "for a in $(ip -6 -o addr show dev wan0 to 2001:db8::/32 | awk '{ print $4 }' | grep -v 2001:db8:1::200/); do ip addr change $a dev wan0 preferred_lft 0; done",
  );
  // Not preferred, so that nothing of the host answers from it by itself.
  const snat = `ip addr add ${SNAT.v4}/32 dev wan0; ip addr add ${SNAT.v6}/128 dev wan0 nodad preferred_lft 0`;
  if ((await host.exec(snat)).code !== 0) throw new Error("the host has no address for SNAT");
  const behind = (name: InnerInterface): Machine => {
    const machine = host.behind.get(name);
    if (machine === undefined) throw new Error(`nobody is behind ${name}`);
    return machine;
  };
  return {
    host,
    senders: [
      ...OUTSIDE.map((addresses) => ({ machine: lab.client, zone: "ext", interface: "wan0", ...addresses })),
      ...INNER_INTERFACES.map((name) => ({
        machine: behind(name),
        zone: INNER[name].zone,
        interface: name,
        ...INNER[name].machine,
      })),
    ],
    receivers: [
      { place: "host", v4: host.wanAddress, v6: host.wanAddress6 },
      ...INNER_INTERFACES.map((name) => ({ place: "host", ...INNER[name].gateway })),
      { place: "ext", interface: "wan0", ...OUTSIDE[0] },
      ...INNER_INTERFACES.map((name) => ({ place: INNER[name].zone, interface: name, ...INNER[name].machine })),
    ],
    stop: () => lab.stop(),
  };
}
