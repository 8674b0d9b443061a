import { explainIssues, explainValue, type Mistake } from "../lib/model/explain-issues";
import { show, type Finding } from "../lib/model/findings";
import { objectName } from "../lib/model/names";
import { libraryService } from "../lib/model/service-library";
import { servicePolicy, type IcmpType, type PortProtocol, type ServicePolicy } from "../lib/model/services";
import { holdsToken, TOKEN_FIX } from "../lib/model/token";
import { callerPlace, type Place } from "./origin";

const SERVICE = Symbol.for("cdkfw/Service");

/** A port from 1 to 65535, or a range with its first and its last port, both included. */
export type PortLike = number | readonly [first: number, last: number];

/** An ICMP type from 0 to 255, or a type with one of its codes. */
export type IcmpTypeLike = number | IcmpType;

export interface IcmpProps {
  /** ICMP types of IPv4, such as 8 for an echo request. @default none, or all where `v6types` is left out too */
  readonly v4types?: readonly IcmpTypeLike[] | undefined;
  /** ICMPv6 types, such as 128 for an echo request. @default none, or all where `v4types` is left out too */
  readonly v6types?: readonly IcmpTypeLike[] | undefined;
}

/**
 * What a packet asks for: ports of TCP, UDP or SCTP, ICMP types, an IP protocol, or a group of them, under one name.
 *
 * ```ts
 * host.allow({ from: ext, to: host, service: Service.HTTPS });
 * host.allow({ from: ext, to: host, service: Service.tcp("metrics", 9100) });
 * host.allow({ from: ext, to: host, service: Service.udp("media", [10000, 20000]) }); // a range
 * host.allow({ from: ext, to: host, service: Service.tcp("web", 80, 443, [8000, 8100]) });
 * host.allow({ from: ext, to: host, service: Service.group("mail", Service.SMTP, Service.SUBMISSION, Service.IMAPS) });
 * ```
 *
 * The constants are the library: services with the ports of IANA, that rules can also name in lower case (`"https"`).
 * A value can be used by any number of hosts. Mistakes are told by the fleet that uses it.
 */
export class Service {
  static isService(value: unknown): value is Service {
    return typeof value === "object" && value !== null && SERVICE in value;
  }

  /** TCP ports and ranges. */
  static tcp(name: string, ...ports: readonly PortLike[]): Service {
    return Service.#ofPorts(name, ["tcp"], ports);
  }

  /** UDP ports and ranges. */
  static udp(name: string, ...ports: readonly PortLike[]): Service {
    return Service.#ofPorts(name, ["udp"], ports);
  }

  /** SCTP ports and ranges. */
  static sctp(name: string, ...ports: readonly PortLike[]): Service {
    return Service.#ofPorts(name, ["sctp"], ports);
  }

  /** The same ports of TCP and of UDP. */
  static tcpUdp(name: string, ...ports: readonly PortLike[]): Service {
    return Service.#ofPorts(name, ["tcp", "udp"], ports);
  }

  /** ICMP and ICMPv6. With no types given, all of them. */
  static icmp(name: string, types: IcmpProps = {}): Service {
    const v4 = types.v4types?.map(asIcmpType);
    const v6 = types.v6types?.map(asIcmpType);
    return new Service(name, [{ kind: "icmp", ...(v4 && { v4 }), ...(v6 && { v6 }) }], callerPlace());
  }

  /** A whole IP protocol by its IANA number, from 1 to 255, such as 47 for GRE. */
  static protocol(name: string, number: number): Service {
    return new Service(name, [{ kind: "protocol", number }], callerPlace());
  }

  /** All that the services consist of, under one name. */
  static group(name: string, ...services: readonly Service[]): Service {
    const members = services.filter(Service.isService);
    return new Service(
      name,
      members.flatMap((member) => member.policy),
      callerPlace(),
      members,
    );
  }

  private static library(name: string): Service {
    return new Service(name, libraryService(name) ?? [], undefined);
  }

  static #ofPorts(name: string, protocols: readonly PortProtocol[], given: readonly PortLike[]): Service {
    const ports = given.map((port) => (typeof port === "number" ? ([port, port] as const) : port));
    return new Service(
      name,
      protocols.map((protocol) => ({ kind: "ports", protocol, ports })),
      callerPlace(),
    );
  }

  static readonly SSH = Service.library("ssh");
  static readonly TELNET = Service.library("telnet");
  static readonly FTP = Service.library("ftp");
  static readonly TFTP = Service.library("tftp");
  static readonly RSYNC = Service.library("rsync");
  static readonly GIT = Service.library("git");
  static readonly HTTP = Service.library("http");
  static readonly HTTPS = Service.library("https");
  static readonly HTTP3 = Service.library("http3");
  static readonly HTTP_ALT = Service.library("http-alt");
  static readonly DNS = Service.library("dns");
  static readonly DNS_OVER_TLS = Service.library("dns-over-tls");
  static readonly MDNS = Service.library("mdns");
  static readonly LLMNR = Service.library("llmnr");
  static readonly DHCP = Service.library("dhcp");
  static readonly DHCPV6 = Service.library("dhcpv6");
  static readonly NTP = Service.library("ntp");
  static readonly SYSLOG = Service.library("syslog");
  static readonly SYSLOG_TLS = Service.library("syslog-tls");
  static readonly SNMP = Service.library("snmp");
  static readonly SNMP_TRAP = Service.library("snmp-trap");
  static readonly BGP = Service.library("bgp");
  static readonly BFD = Service.library("bfd");
  static readonly SMTP = Service.library("smtp");
  static readonly SUBMISSION = Service.library("submission");
  static readonly SMTPS = Service.library("smtps");
  static readonly POP3 = Service.library("pop3");
  static readonly POP3S = Service.library("pop3s");
  static readonly IMAP = Service.library("imap");
  static readonly IMAPS = Service.library("imaps");
  static readonly SIEVE = Service.library("sieve");
  static readonly KERBEROS = Service.library("kerberos");
  static readonly LDAP = Service.library("ldap");
  static readonly LDAPS = Service.library("ldaps");
  static readonly RADIUS = Service.library("radius");
  static readonly SMB = Service.library("smb");
  static readonly NETBIOS = Service.library("netbios");
  static readonly NFS = Service.library("nfs");
  static readonly RPCBIND = Service.library("rpcbind");
  static readonly ISCSI = Service.library("iscsi");
  static readonly MYSQL = Service.library("mysql");
  static readonly POSTGRESQL = Service.library("postgresql");
  static readonly MSSQL = Service.library("mssql");
  static readonly ORACLE = Service.library("oracle");
  static readonly MONGODB = Service.library("mongodb");
  static readonly REDIS = Service.library("redis");
  static readonly MEMCACHED = Service.library("memcached");
  static readonly ELASTICSEARCH = Service.library("elasticsearch");
  static readonly KAFKA = Service.library("kafka");
  static readonly AMQP = Service.library("amqp");
  static readonly MQTT = Service.library("mqtt");
  static readonly MQTTS = Service.library("mqtts");
  static readonly ETCD = Service.library("etcd");
  static readonly KUBERNETES = Service.library("kubernetes");
  static readonly CONSUL = Service.library("consul");
  static readonly PROMETHEUS = Service.library("prometheus");
  static readonly NODE_EXPORTER = Service.library("node-exporter");
  static readonly GRAFANA = Service.library("grafana");
  static readonly ZABBIX = Service.library("zabbix");
  static readonly ZABBIX_AGENT = Service.library("zabbix-agent");
  static readonly RDP = Service.library("rdp");
  static readonly VNC = Service.library("vnc");
  static readonly SIP = Service.library("sip");
  static readonly SIPS = Service.library("sips");
  static readonly STUN = Service.library("stun");
  static readonly WIREGUARD = Service.library("wireguard");
  static readonly OPENVPN = Service.library("openvpn");
  static readonly IPSEC = Service.library("ipsec");
  static readonly L2TP = Service.library("l2tp");
  static readonly GRE = Service.library("gre");
  static readonly ESP = Service.library("esp");
  static readonly AH = Service.library("ah");
  static readonly OSPF = Service.library("ospf");
  static readonly VRRP = Service.library("vrrp");
  static readonly IGMP = Service.library("igmp");
  static readonly PING = Service.library("ping");
  static readonly TRACEROUTE = Service.library("traceroute");
  static readonly ICMP = Service.library("icmp");
  static readonly TCP = Service.library("tcp");
  static readonly UDP = Service.library("udp");

  /** The name as a list of one, shared by all the rules that use it. @internal */
  readonly names: readonly string[];
  /** The members of a group, whose own mistakes count too. @internal */
  readonly members: readonly Service[];
  readonly #place: Place | undefined;
  readonly #mistakes: readonly Mistake[];

  private constructor(
    /** The name that rules, plans and the kernel's comments use. */
    readonly name: string,
    /** What it consists of. */
    readonly policy: ServicePolicy,
    place: Place | undefined,
    members: readonly Service[] = [],
  ) {
    Object.defineProperty(this, SERVICE, { value: true });
    this.names = Object.freeze([name]);
    this.members = members;
    this.#place = place;
    this.#mistakes = mistakesOf(name, policy, members);
  }

  /** What is wrong with this service, its members' mistakes left out. `path` is that of the construct that uses it. */
  findings(path: string): readonly Finding[] {
    return this.#mistakes.map((mistake) => ({ ...mistake, origin: { path, ...this.#place } }));
  }

  /** Whether anything is wrong with it or its members. */
  get isValid(): boolean {
    return this.#mistakes.length === 0 && this.members.every((member) => member.isValid);
  }
}

const asIcmpType = (given: IcmpTypeLike): IcmpType => (typeof given === "number" ? { type: given } : given);

function mistakesOf(name: string, policy: ServicePolicy, members: readonly Service[]): Mistake[] {
  if (holdsToken(name)) return [{ problem: `the name ${show(name)} holds an unresolved token`, fix: TOKEN_FIX }];
  const ofName = explainValue(objectName, name, "name for a service");
  const mistakes = ofName === undefined ? [] : [ofName];
  if (members.some((member) => !member.isValid)) return mistakes;
  const result = servicePolicy.safeParse(policy);
  if (result.success) return mistakes;
  for (const { problem, allowed, path } of explainIssues(servicePolicy, policy, result.error.issues)) {
    mistakes.push({
      problem: `the service ${show(name)}: ${inPorts(problem, path, policy)}`,
      ...(allowed && { allowed }),
    });
  }
  return unique(mistakes);
}

/** The schema speaks of `ports[0]`; the user wrote a port. */
function inPorts(problem: string, path: readonly PropertyKey[], policy: ServicePolicy): string {
  const [index, key, nth] = path;
  if (key === undefined) return "it is empty";
  const match = policy[Number(index)];
  if (key !== "ports" || match?.kind !== "ports") return problem;
  if (nth === undefined) return "it has no port";
  const [first, last] = match.ports[Number(nth)] ?? [];
  return first === last ? `${show(first)} is no port` : `${show([first, last])} is no range of ports`;
}

function unique(mistakes: readonly Mistake[]): Mistake[] {
  return [...new Map(mistakes.map((mistake) => [mistake.problem, mistake])).values()];
}
