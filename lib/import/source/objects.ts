import type { AddressPolicy } from "../../model/addresses";
import type { PortRange, ServicePolicy } from "../../model/services";
import type { AddressPlan, ServicePlan } from "../plan";
import { literal, statement, type Code, type Member } from "./code";

/** `new Address(fleet, "office", { v4: "203.0.113.0/24" })`, with what stands before and after it. */
export function addressSource(
  indent: number,
  before: string,
  scope: string,
  { name, policy }: AddressPlan,
  after: string,
): string {
  return statement(indent, `${before}new Address(${scope}, ${literal(name)}, `, membersOf(policy), `)${after}`);
}

function membersOf({ v4, v6 }: AddressPolicy): Code {
  const members: Member[] = [];
  if (v4[0] !== undefined) members.push(["v4", literal(v4[0])]);
  if (v6[0] !== undefined) members.push(["v6", literal(v6[0])]);
  return { object: members };
}

/** `const metrics = Service.tcp("metrics", 9100);` */
export function serviceSource(keyword: string, identifier: string, { name, policy }: ServicePlan): string {
  return statement(0, `${keyword} ${identifier} = `, serviceCode(name, policy), ";");
}

function serviceCode(name: string, policy: ServicePolicy): Code {
  const portsOf = (protocol: "tcp" | "udp") =>
    policy
      .flatMap((match) => (match.kind === "ports" && match.protocol === protocol ? match.ports : []))
      .map(portSource);
  const call = (method: string, named: string, ports: readonly string[]): Code => ({
    call: `Service.${method}`,
    given: [literal(named), ...ports],
  });
  const [tcp, udp] = [portsOf("tcp"), portsOf("udp")];
  if (udp.length === 0) return call("tcp", name, tcp);
  if (tcp.length === 0) return call("udp", name, udp);
  if (tcp.join() === udp.join()) return call("tcpUdp", name, tcp);
  return {
    call: "Service.group",
    given: [literal(name), call("tcp", `${name}-tcp`, tcp), call("udp", `${name}-udp`, udp)],
  };
}

export const portSource = ([first, last]: PortRange) => (first === last ? String(first) : `[${first}, ${last}]`);
