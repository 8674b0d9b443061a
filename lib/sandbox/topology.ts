import * as addresses from "./addresses";
import type { Address } from "./addresses";
import type { Cable } from "./cables";
import type { FullHostOptions } from "./lab";
import type { MachineSpec } from "./machine";

/**
 *                                       ┌───────────┐ eth0  10.77.0.3  fd77::1001
 *     deployer (the seat) ── lab0 ──────┤    h1     │
 *     10.77.0.1  fd77::1   management   │           ├ lan0 ── n0-1-0 ── inner
 *                                       │           │ 10.88.1.1        10.88.1.10  fd88:1::10
 *     client ── wan0 ─────── out0 ──────┤           │
 *     198.51.100.200         outside    └───────────┘ wan0  198.51.100.1  2001:db8:1::1
 *     2001:db8:1::200
 *
 * Every bridge is in the seat, without an address there but on the management side.
 */
export interface Bridge {
  readonly name: string;
  readonly addresses: readonly string[];
}

export interface Plan {
  readonly bridges: readonly Bridge[];
  readonly client: MachineSpec;
  readonly hosts: readonly HostPlan[];
}

export interface HostPlan {
  readonly options: FullHostOptions;
  readonly management: Address;
  readonly wan: Address;
  readonly machine: MachineSpec;
  readonly behind: readonly { readonly interface: string; readonly machine: MachineSpec }[];
}

interface Link extends Address {
  readonly interface: string;
  readonly bridge: string;
  readonly prefix4: number;
}

/** Works out who has which cables and addresses. Pure: the same options and number give the same lab. */
export function planLab(lab: number, hosts: readonly FullHostOptions[], authorizedKey: string): Plan {
  const management = `lab${lab}`;
  const outside = `out${lab}`;
  const deployer = addresses.deployerAddress(lab);
  const bridges: Bridge[] = [
    { name: management, addresses: [`${deployer.v4}/16`, `${deployer.v6}/64`] },
    { name: outside, addresses: [] },
  ];
  let count = 0;
  const machine = (
    spec: Pick<MachineSpec, "name" | "init" | "forwards" | "docker">,
    links: readonly Link[],
    routes: readonly string[],
    key?: string,
  ): MachineSpec => {
    const number = count++;
    return {
      ...spec,
      ...(key === undefined ? {} : { authorizedKey: key }),
      cables: links.map((link, index): Cable => {
        const port = `p${lab}-${number}-${index}`;
        return { interface: link.interface, bridge: link.bridge, port, mac: addresses.macAddress(lab, number, index) };
      }),
      network: ["link set lo up", ...links.flatMap(configure), ...routes.map((route) => `route add ${route}`)],
    };
  };
  const plans = hosts.map((options, index): HostPlan => {
    const number = index + 1;
    const at = { management: addresses.managementAddress(lab, number), wan: addresses.wanAddress(number) };
    const networks = options.networks.map((name, n) => {
      const bridge = `n${lab}-${number}-${n}`;
      bridges.push({ name: bridge, addresses: [] });
      return { name, bridge, ...addresses.innerAddresses(number, n) };
    });
    const links: Link[] = [
      { interface: "eth0", bridge: management, prefix4: 16, ...at.management },
      { interface: "wan0", bridge: outside, prefix4: 24, ...at.wan },
      ...networks.map(({ name, bridge, gateway }) => ({ interface: name, bridge, prefix4: 24, ...gateway })),
    ];
    // The client is the rest of the world, so that it can take on addresses of any network.
    const world = defaultRoutes(addresses.clientAddress);
    return {
      options,
      ...at,
      machine: machine(
        { name: options.name, init: options.init, forwards: networks.length > 0, docker: options.docker },
        links,
        world,
        authorizedKey,
      ),
      behind: networks.map((network) => ({
        interface: network.name,
        machine: machine(
          {
            name: `${options.name}-${network.name === "lan0" ? "inner" : network.name}`,
            init: "idle",
            forwards: false,
          },
          [{ interface: network.name, bridge: network.bridge, prefix4: 24, ...network.machine }],
          defaultRoutes(network.gateway),
        ),
      })),
    };
  });
  const inward = plans.flatMap(({ wan, options }, index) =>
    options.networks.flatMap((_name, n) => {
      const { gateway } = addresses.innerAddresses(index + 1, n);
      return [`${network24(gateway.v4)} via ${wan.v4}`, `${gateway.v6.replace(/::1$/, "::/64")} via ${wan.v6}`];
    }),
  );
  const out: Link = { interface: "wan0", bridge: outside, prefix4: 24, ...addresses.clientAddress };
  const client = machine({ name: "client", init: "idle", forwards: false }, [out], inward);
  return { bridges, client, hosts: plans };
}

function configure(link: Link): string[] {
  return [
    `addr add ${link.v4}/${link.prefix4} dev ${link.interface}`,
    `addr add ${link.v6}/64 dev ${link.interface} nodad`,
    `link set ${link.interface} up`,
  ];
}

function defaultRoutes({ v4, v6 }: Address): string[] {
  return [`default via ${v4}`, `::/0 via ${v6}`];
}

function network24(v4: string): string {
  return v4.replace(/\.\d+$/, ".0/24");
}
