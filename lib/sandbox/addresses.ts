/**
 * The plan of a lab's addresses. `lab` counts the labs of one seat from 0, `host` a lab's hosts from 1.
 *
 *     management  10.(77+lab).0.0/16   fd77:LAB::/64      .0.1 the deployer, the hosts' eth0
 *     outside     198.51.100.0/24      2001:db8:1::/64    .200 the client, the hosts' wan0
 *     behind      10.(88+n).HOST.0/24  fd(88+n):HOST::/64 .1 the host's n-th inner interface, .10 what is behind it
 */
export interface Address {
  readonly v4: string;
  readonly v6: string;
}

/** The client's place in 198.51.100.0/24 bounds the outside. */
export const MAX_HOSTS = 250;

/** Networks behind a host use the second octets from 88 to here. */
const MAX_INNER = 12;

export const MAX_LABS = 11 + 155;

const CLIENT = 200;

export function managementNet(lab: number): { readonly v4: string; readonly v6: string } {
  return { v4: `10.${managementOctet(lab)}`, v6: lab === 0 ? "fd77:" : `fd77:${lab.toString(16)}:` };
}

function managementOctet(lab: number): number {
  return lab < 11 ? 77 + lab : 100 + lab - 11; // 88 to 99 are the networks behind
}

export function deployerAddress(lab: number): Address {
  const net = managementNet(lab);
  return { v4: `${net.v4}.0.1`, v6: `${net.v6}:1` };
}

export function managementAddress(lab: number, host: number): Address {
  const net = managementNet(lab);
  return {
    v4: `${net.v4}.${Math.floor(host / 250)}.${(host % 250) + 2}`,
    v6: `${net.v6}:${(0x1000 + host).toString(16)}`,
  };
}

export const clientAddress: Address = { v4: `198.51.100.${CLIENT}`, v6: "2001:db8:1::200" };

export function wanAddress(host: number): Address {
  const last = host < CLIENT ? host : host + 1;
  return { v4: `198.51.100.${last}`, v6: `2001:db8:1::${last}` };
}

/** The network behind a host's `n`-th inner interface (from 0): the host's own address in it, and the machine's. */
export function innerAddresses(host: number, n: number): { readonly gateway: Address; readonly machine: Address } {
  if (n >= MAX_INNER) throw new Error(`a host has at most ${MAX_INNER} inner interfaces`);
  const v4 = `10.${88 + n}.${host}`;
  const v6 = `fd${88 + n}:${host}:`;
  return { gateway: { v4: `${v4}.1`, v6: `${v6}:1` }, machine: { v4: `${v4}.10`, v6: `${v6}:10` } };
}

/** Fixed, else a host that comes back with another address is a black hole until its neighbours forget the old one. */
export function macAddress(lab: number, machine: number, cable: number): string {
  const hex = [lab, machine >> 8, machine & 255, cable].map((octet) => octet.toString(16).padStart(2, "0"));
  return `02:77:${hex.join(":")}`;
}
