import { writeFileSync } from "node:fs";
import { mustRun, run } from "./process";
import { SEAT_IMAGE } from "./places";

/** A veth pair: one end is the machine's interface, the other a port of a bridge in the seat. */
export interface Cable {
  readonly interface: string;
  readonly mac: string;
  /** The far end, in the seat. */
  readonly port: string;
  readonly bridge: string;
}

/** What a cut cable loses, seen from the machine. */
export type Direction = "in" | "out" | "both";

/** The machine may have no `ip` and no `nft` of its own; the image has. */
const ip = ["chroot", SEAT_IMAGE, "ip"];
const nft = ["chroot", SEAT_IMAGE, "nft", "-f", "-"];

export async function makeBridges(bridges: readonly { name: string; addresses: readonly string[] }[]): Promise<void> {
  await removeLinks(bridges.map(({ name }) => name));
  const lines = bridges.flatMap(({ name, addresses }) => [
    `link add ${name} type bridge forward_delay 0 mcast_snooping 0`,
    ...(addresses.length === 0 ? [`link set ${name} addrgenmode none`] : []),
    ...addresses.map((address) => `addr add ${address} dev ${name}${address.includes(":") ? " nodad" : ""}`),
    `link set ${name} up`,
  ]);
  await mustRun([...ip, "-batch", "-"], { input: lines.join("\n") + "\n" });
  for (const { name } of bridges.filter(({ addresses }) => addresses.length > 0)) {
    // Ask again after 50 ms for a neighbour that has just booted, not after a second.
    for (const family of ["ipv4", "ipv6"]) writeFileSync(`/proc/sys/net/${family}/neigh/${name}/retrans_time_ms`, "50");
  }
}

/** Plugs the cables of freshly woken machines, in one go: for a hundred hosts it is one process, not hundreds. */
export async function plugCables(machines: readonly { pid: number; cables: readonly Cable[] }[]): Promise<void> {
  const lines = machines.flatMap(({ pid, cables }) =>
    cables.flatMap(({ interface: name, mac, port, bridge }) => [
      `link add ${port} type veth peer name ${name} address ${mac} netns ${pid}`,
      `link set ${port} addrgenmode none master ${bridge} up`,
    ]),
  );
  await mustRun([...ip, "-batch", "-"], { input: lines.join("\n") + "\n" });
}

/** The kernel takes its time to remove the links of a namespace that died: where their names are needed again, ask. */
export async function removeLinks(names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await run([...ip, "-force", "-batch", "-"], { input: names.map((name) => `link del ${name}\n`).join("") });
}

/**
 * Loses packets in the seat, at the cable's far end: the machine sees nothing of it but silence, as when a switch far away
 * fails. (Its link stays up; with a link that goes down, the kernel takes up to a second to use it again.)
 */
export async function cutCable({ port }: Cable, direction: Direction): Promise<void> {
  // What the machine receives leaves by the port, what it sends enters there.
  const hooks = { in: ["egress"], out: ["ingress"], both: ["egress", "ingress"] }[direction];
  const chains = hooks.map(
    (hook) => `chain ${hook} {\ntype filter hook ${hook} device ${port} priority 0; policy drop;\n}\n`,
  );
  await mustRun(nft, { input: `${withoutTable(port)}table netdev cut_${port} {\n${chains.join("")}}\n` });
}

export async function mendCable({ port }: Cable): Promise<void> {
  await mustRun(nft, { input: withoutTable(port) });
}

/** Deletes the table whether it is there or not. */
function withoutTable(port: string): string {
  return `table netdev cut_${port}\ndelete table netdev cut_${port}\n`;
}
