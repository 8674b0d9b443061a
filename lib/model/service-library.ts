import type { ServicePolicy } from "./services";

const tcp = (...ports: readonly (number | readonly [number, number])[]) => withPorts("tcp", ports);
const udp = (...ports: readonly (number | readonly [number, number])[]) => withPorts("udp", ports);
const both = (...ports: readonly (number | readonly [number, number])[]) => [...tcp(...ports), ...udp(...ports)];

function withPorts(protocol: "tcp" | "udp", ports: readonly (number | readonly [number, number])[]): ServicePolicy {
  return [
    {
      kind: "ports",
      protocol,
      ports: ports.map((port) => (typeof port === "number" ? ([port, port] as const) : port)),
    },
  ];
}

/**
 * The services that need no declaration. Ports are IANA's (Service Name and Transport Protocol Port Number Registry),
 * or the ones that the software itself documents where IANA has none.
 */
export const SERVICE_LIBRARY: Readonly<Record<string, ServicePolicy>> = {
  ssh: tcp(22),
  telnet: tcp(23),
  ftp: tcp(21),
  tftp: udp(69),
  rsync: tcp(873),
  git: tcp(9418),

  http: tcp(80),
  https: tcp(443),
  http3: udp(443),
  "http-alt": tcp(8080),

  dns: both(53),
  "dns-over-tls": tcp(853),
  mdns: udp(5353),
  llmnr: both(5355),
  dhcp: udp([67, 68]),
  dhcpv6: udp([546, 547]),
  ntp: udp(123),
  syslog: udp(514),
  "syslog-tls": tcp(6514),
  snmp: udp(161),
  "snmp-trap": udp(162),
  bgp: tcp(179),
  bfd: udp([3784, 3785]),

  smtp: tcp(25),
  submission: tcp(587),
  smtps: tcp(465),
  pop3: tcp(110),
  pop3s: tcp(995),
  imap: tcp(143),
  imaps: tcp(993),
  sieve: tcp(4190),

  kerberos: both(88),
  ldap: both(389),
  ldaps: tcp(636),
  radius: udp([1812, 1813]),

  smb: tcp(445),
  netbios: [...udp([137, 138]), ...tcp(139)],
  nfs: tcp(2049),
  rpcbind: both(111),
  iscsi: tcp(3260),

  mysql: tcp(3306),
  postgresql: tcp(5432),
  mssql: tcp(1433),
  oracle: tcp(1521),
  mongodb: tcp(27017),
  redis: tcp(6379),
  memcached: tcp(11211),
  elasticsearch: tcp(9200),
  kafka: tcp(9092),
  amqp: tcp(5672),
  mqtt: tcp(1883),
  mqtts: tcp(8883),
  etcd: tcp([2379, 2380]),
  kubernetes: tcp(6443),
  consul: [...tcp(8300, [8500, 8502]), ...both([8301, 8302])],

  prometheus: tcp(9090),
  "node-exporter": tcp(9100),
  grafana: tcp(3000),
  zabbix: tcp(10051),
  "zabbix-agent": tcp(10050),

  rdp: both(3389),
  vnc: tcp([5900, 5999]),
  sip: both(5060),
  sips: tcp(5061),
  stun: both(3478),

  wireguard: udp(51820),
  openvpn: both(1194),
  ipsec: [...udp(500, 4500), { kind: "protocol", number: 50 }, { kind: "protocol", number: 51 }],
  l2tp: udp(1701),
  gre: [{ kind: "protocol", number: 47 }],
  esp: [{ kind: "protocol", number: 50 }],
  ah: [{ kind: "protocol", number: 51 }],
  ospf: [{ kind: "protocol", number: 89 }],
  vrrp: [{ kind: "protocol", number: 112 }],
  igmp: [{ kind: "protocol", number: 2 }],

  ping: [{ kind: "icmp", v4: [{ type: 8 }], v6: [{ type: 128 }] }],
  traceroute: udp([33434, 33534]),
  icmp: [{ kind: "icmp" }],

  tcp: tcp([1, 65535]),
  udp: udp([1, 65535]),
};

/** The library's service of that name, or nothing. */
export function libraryService(name: string): ServicePolicy | undefined {
  return Object.hasOwn(SERVICE_LIBRARY, name) ? SERVICE_LIBRARY[name] : undefined;
}
