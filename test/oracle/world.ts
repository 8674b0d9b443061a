import { innerAddresses } from "../../lib/sandbox/addresses";
import { Lab, type LabHost, type Machine } from "../../lib/sandbox";

/**
 * A router between three zones, with somebody behind each of its interfaces and something that listens on every port
 * that a packet of the oracle may go to.
 *
 *     client (ext) ── wan0 ┐          ┌ lan0 ── a machine (lan)
 *                          ├── host ──┤
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

export const LAN = innerAddresses(1, 0);
export const DMZ = innerAddresses(1, 1);
/** An address of the host's outside that it has beside its own. */
export const SNAT = { v4: "198.51.100.250", v6: "2001:db8:1::250" };
export const TCP_PORTS = [80, 81, 443, 8000, 8005, 8010, 8011];
export const UDP_PORTS = [53, 54, 443, 5000, 5005, 5006];

/** Who is outside: addresses in and beside the networks that policies name. */
export const OUTSIDE = [
  { v4: "198.51.100.200", v6: "2001:db8:1::200" },
  { v4: "203.0.113.7", v6: "2001:db8:2::7" },
  { v4: "203.0.113.128", v6: "2001:db8:2:8000::7" },
  { v4: "192.0.2.66", v6: "2001:db8:bad::66" },
] as const;

export async function startWorld(): Promise<World> {
  const lab = await Lab.start({ hosts: [{ networks: ["lan0", "dmz0"] }] });
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
  const inner = (zone: string): Machine => {
    const machine = host.behind.get(`${zone}0`);
    if (machine === undefined) throw new Error(`nobody is behind ${zone}0`);
    return machine;
  };
  return {
    host,
    senders: [
      ...OUTSIDE.map((addresses) => ({ machine: lab.client, zone: "ext", interface: "wan0", ...addresses })),
      { machine: inner("lan"), zone: "lan", interface: "lan0", ...LAN.machine },
      { machine: inner("dmz"), zone: "dmz", interface: "dmz0", ...DMZ.machine },
    ],
    receivers: [
      { place: "host", v4: host.wanAddress, v6: host.wanAddress6 },
      { place: "host", ...LAN.gateway },
      { place: "host", ...DMZ.gateway },
      { place: "ext", interface: "wan0", ...OUTSIDE[0] },
      { place: "lan", interface: "lan0", ...LAN.machine },
      { place: "dmz", interface: "dmz0", ...DMZ.machine },
    ],
    stop: () => lab.stop(),
  };
}
