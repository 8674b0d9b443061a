import type { ContainerSelector } from "../../model/containers";
import { IP_PROTOCOLS } from "../../model/ip-protocols";
import type { Endpoint, InterfacePolicy } from "../../model/policy";
import {
  declaredOf,
  partsOf,
  type AddressPlan,
  type EntryPlan,
  type HostPlan,
  type RulePlan,
  type ServicePlan,
  type Use,
  type ZonePlan,
} from "../plan";
import { literal, statement, type Code, type Member } from "./code";
import { sourceLines } from "./comments";
import type { Identifiers } from "./identifiers";
import { addressSource, portSource, serviceSource } from "./objects";
import type { Shared } from "./shared";

/** What the files of a project have in common. */
export interface ProjectNames {
  readonly identifiers: Identifiers;
  readonly addresses: Shared<AddressPlan>;
  readonly services: Shared<ServicePlan>;
}

/** The file of one host: its zones, and its rules in their order. */
export function hostFile(plan: HostPlan, names: ProjectNames): string {
  return new HostFile(plan, names).text();
}

const METHODS = { accept: "allow", "accept+nat": "allowNat", reject: "reject", drop: "drop" } as const;

class HostFile {
  /** What the entries name, found while they are printed. */
  readonly #used = { addresses: new Map<string, AddressPlan>(), services: new Map<string, ServicePlan>() };
  readonly #imports = new Set<string>(["Host"]);

  constructor(
    private readonly plan: HostPlan,
    private readonly names: ProjectNames,
  ) {}

  text(): string {
    const { plan, names } = this;
    const entries = sourceLines(plan.entries, 2, (entry) => [this.#entry(entry)]);
    const zones = sourceLines(plan.zones, 2, (zone) => [this.#zone(zone)]);
    const addresses = sourceLines(names.addresses.ownLines(plan.addresses), 2, (one) => [this.#address(one)]);
    const services = this.#ownServices();
    const shared = [...this.#used.addresses.values()].filter((one) => names.addresses.has(one));
    const parameters = shared.length === 0 ? "fleet: Fleet" : "fleet: Fleet, addresses: SharedAddresses";
    const node = `fleet.inventory.host(${literal(plan.name)})`;
    const props = plan.backend === undefined ? node : `{ ...${node}, backend: ${literal(plan.backend)} }`;
    const host = `  const host = new Host(fleet, ${literal(plan.name)}, ${props});`;
    const destructured = shared.length === 0 ? [] : [this.#destructuring(shared)];
    const paragraphs = [[host, ...destructured], addresses, zones, entries].filter((lines) => lines.length > 0);
    return [
      ...this.#importLines(shared.length > 0),
      "",
      ...(services.length === 0 ? [] : [...services, ""]),
      `/** The firewall of ${plan.name}. */`,
      `export function ${names.identifiers.of("host", plan.name)}(${parameters}): void {`,
      ...paragraphs.flatMap((lines, index) => (index === 0 ? lines : ["", ...lines])),
      "}",
      "",
    ].join("\n");
  }

  #importLines(shared: boolean): string[] {
    const own = [...this.#imports].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
    const services = [...this.#used.services.values()].filter((one) => !one.library && this.names.services.has(one));
    const names = services.map((one) => this.#service(one)).sort();
    return [
      importLine([...own, "type Fleet"], "cdkfw"),
      ...(shared ? ['import type { SharedAddresses } from "../addresses";'] : []),
      ...(names.length === 0 ? [] : [importLine(names, "../services")]),
    ];
  }

  #destructuring(shared: readonly AddressPlan[]): string {
    const members = shared.map((one): Member => [this.names.identifiers.of("address", one.name, contentOf(one))]);
    return statement(2, "const ", { object: members.sort(([a], [b]) => (a < b ? -1 : 1)) }, " = addresses;");
  }

  /** Services that only this host has, or has with other ports than the rest: those that its entries name. */
  #ownServices(): string[] {
    const isNamed = (one: ServicePlan) => this.#used.services.has(one.name) && !one.library;
    const lines = this.names.services
      .ownLines(this.plan.services)
      .filter((line) => line.kind !== "declared" || isNamed(line.what));
    if (declaredOf(lines).length === 0) return [];
    this.#imports.add("Service");
    return sourceLines(lines, 0, (one) => [serviceSource("const", this.#service(one), one)]);
  }

  #address(address: AddressPlan): string {
    this.#imports.add("Address");
    const isNamed = this.#used.addresses.has(address.name);
    const before = isNamed ? `const ${this.names.identifiers.of("address", address.name, contentOf(address))} = ` : "";
    return addressSource(2, before, "host", address, ";");
  }

  #zone({ name, interfaces, containers }: ZonePlan): string {
    const isNamed = declaredOf(this.plan.entries).some((entry) =>
      entry.kind === "rule"
        ? [entry.from, entry.to].some((end) => end.kind === "zone" && end.name === name)
        : entry.from === name,
    );
    const before = isNamed ? `const ${this.names.identifiers.of("zone", name)} = ` : "";
    if (containers !== undefined) return statement(2, `${before}host.addContainerZone(`, literal(name), ");");
    const members: Code = { object: [["interfaces", { list: interfaces.map(interfaceCode) }]] };
    return statement(2, `${before}host.addZone(${literal(name)}, `, members, ");");
  }

  #entry(entry: EntryPlan): string {
    const service = this.#serviceMember(entry.service);
    if (entry.kind === "forward") {
      const members: Member[] = [
        ["from", this.#zoneName(entry.from)],
        ["at", this.#addressUse(entry.at)],
        ...service,
        ["to", this.#addressUse(entry.to)],
        ...(entry.port === undefined ? [] : [["port", portSource(entry.port)] as const]),
      ];
      return statement(2, "host.forward(", { object: members }, ");");
    }
    const members = [...this.#ends(entry), ...service, ...moreOf(entry)];
    return statement(2, `host.${METHODS[entry.action]}(`, { object: members }, ");");
  }

  #ends({ from, to, source, destination }: RulePlan): Member[] {
    return [
      ["from", this.#end(from)],
      ["to", this.#end(to)],
      ...(source === undefined ? [] : [["source", this.#addressUse(source)] as const]),
      ...(destination === undefined ? [] : [["destination", this.#addressUse(destination)] as const]),
    ];
  }

  #end(end: Endpoint): string {
    switch (end.kind) {
      case "zone":
        return this.#zoneName(end.name);
      case "host":
        return "host";
      case "container":
        return `host.container(${selectorSource(end.select)})`;
      case "all":
        this.#imports.add("ALL");
        return "ALL";
    }
  }

  #zoneName(name: string): string {
    return this.names.identifiers.of("zone", name);
  }

  #addressUse(use: Use<AddressPlan>): Code {
    for (const one of "declared" in use ? [use.declared] : []) this.#used.addresses.set(one.name, one);
    if ("declared" in use) return this.names.identifiers.of("address", use.declared.name, contentOf(use.declared));
    const countries = partsOf(use).flatMap(({ policy }) => policy.countries ?? []);
    if (countries.length === 0) return oneOrList(partsOf(use).map(({ name }) => literal(name)));
    this.#imports.add("Address");
    return `Address.${countries.length === 1 ? "country" : "countries"}(${countries.map(literal).join(", ")})`;
  }

  #serviceMember(use: EntryPlan["service"]): Member[] {
    if (use === undefined) return [];
    if ("declared" in use) return [["service", this.#service(use.declared)]];
    const texts = use.texts.map(({ name }) => literal(name));
    return [[texts.length === 1 ? "service" : "services", oneOrList(texts)]];
  }

  #service(service: ServicePlan): string {
    this.#used.services.set(service.name, service);
    if (!service.library) return this.names.identifiers.of("service", service.name, contentOf(service));
    this.#imports.add("Service");
    return `Service.${service.name.toUpperCase().replaceAll("-", "_")}`;
  }
}

/** What few rules have. */
function moreOf({ published, link, sourcePort, raw, comment }: RulePlan): Member[] {
  const words: Member[] = [
    ...(raw?.iptables === undefined ? [] : [["iptables", { list: raw.iptables.map(literal) }] as const]),
    ...(raw?.nftables === undefined ? [] : [["nftables", literal(raw.nftables)] as const]),
  ];
  return [
    ...(published === true ? [["published", "true"] as const] : []),
    ...(link === true ? [["link", "true"] as const] : []),
    ...(sourcePort === undefined ? [] : [["sourcePort", String(sourcePort)] as const]),
    ...(words.length === 0 ? [] : [["raw", { object: words }] as const]),
    ...(comment === undefined ? [] : [["comment", literal(comment)] as const]),
  ];
}

function selectorSource(select: ContainerSelector): string {
  if ("name" in select) return literal(select.name);
  const members = Object.entries(select).map(([key, value]) => `${key}: ${literal(value)}`);
  return `{ ${members.join(", ")} }`;
}

/** Two hosts may mean different things by one name. */
function contentOf({ policy }: AddressPlan | ServicePlan): string {
  return JSON.stringify(policy);
}

const oneOrList = (codes: readonly Code[]): Code => (codes.length === 1 ? (codes[0] ?? "") : { list: codes });

function importLine(names: readonly string[], from: string): string {
  return statement(0, "import ", { object: names.map((name): Member => [name]) }, ` from ${literal(from)};`);
}

const NAME_OF_PROTOCOL = new Map(Object.entries(IP_PROTOCOLS).map(([name, number]) => [number, name]));

function interfaceCode({ name, protocols = [] }: InterfacePolicy): Code {
  if (protocols.length === 0) return literal(name);
  const listed = protocols.map((number) => {
    const known = NAME_OF_PROTOCOL.get(number);
    return known === undefined ? String(number) : literal(known);
  });
  return {
    object: [
      ["name", literal(name)],
      ["protocols", { list: listed }],
    ],
  };
}
