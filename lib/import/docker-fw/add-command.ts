import { containerName, type ContainerNames } from "../../model/docker-fw/container-name";
import type { DockerFwChain, DockerFwRule } from "../../model/docker-fw/rule";
import { readSide } from "../../model/docker-fw/sides";
import type { Mistake } from "../../model/explain-issues";
import { show } from "../../model/findings";
import type { Options } from "./options";

export const ADD_COMMANDS = {
  add: "FORWARD",
  "add-input": "INPUT",
  "add-internal": "DOCKER",
  "add-two-ways": "DOCKER",
} as const satisfies Readonly<Record<string, DockerFwChain>>;
export type AddCommand = keyof typeof ADD_COMMANDS;

export const NAME_IT = "name it: `--container ID=NAME`, or import docker-fw's folder, which has the names";

/** The rule of `docker-fw add web --source=1.2.3.4 --dport=80`; what docker-fw refused is a mistake here, too. */
export function ruleOfAdd(
  command: AddCommand,
  self: string,
  options: Options,
  names: ContainerNames,
): DockerFwRule | Mistake {
  if (options.source === undefined) return { problem: "`--source` is missing", allowed: SIDES };
  if (command !== "add" && options.dport === undefined) return { problem: "`--dport` is missing", allowed: PORTS };
  const nameOf = (given: string) => containerName(given, names, NAME_IT);
  const source = readSide(options.source, self, nameOf);
  if ("problem" in source) return source;
  const destination = readSide(options.dest ?? ".", self, nameOf);
  if ("problem" in destination) return destination;
  const isSelf = [source, destination].map((side) => side.kind === "container" && side.name === self);
  if (isSelf[0] === isSelf[1]) {
    return {
      problem: isSelf[0] ? "the source and the destination are the same" : `neither side is ${show(self)}`,
      allowed: "`.`, the container itself, as the source or as the destination",
    };
  }
  for (const side of [source, destination]) {
    // So docker-fw told addresses of containers.
    if (side.kind !== "address" || !side.text.startsWith("172.")) continue;
    if (!side.text.includes("/")) {
      return {
        problem: `${show(side.text)} is the address of a container, which changes`,
        fix: "write the container's name",
      };
    }
    if (command === "add") {
      return {
        problem: `${show(side.text)} is a network of Docker, and \`add\` is for those outside of it`,
        fix: "write `add-internal`",
      };
    }
  }
  if (command === "add-two-ways" && source.kind !== "container") {
    return { problem: `the source ${show(options.source)} is no container`, allowed: "the name of a container" };
  }
  const protocol = options.protocol ?? "tcp";
  if (protocol !== "tcp" && protocol !== "udp") {
    return { problem: `${show(protocol)} is no protocol of docker-fw`, allowed: "`tcp`, `udp`" };
  }
  const ports: { sourcePort?: number; destinationPort?: number } = {};
  for (const [option, property] of [
    ["sport", "sourcePort"],
    ["dport", "destinationPort"],
  ] as const) {
    const given = options[option];
    if (given === undefined) continue;
    const port = /^[0-9]{1,5}$/.test(given) ? Number(given) : 0;
    if (port < 1 || port > 65535) return { problem: `${show(given)} is no port`, allowed: PORTS };
    ports[property] = port;
  }
  return { chain: ADD_COMMANDS[command], source, destination, protocol, ...ports, filter: options.filter };
}

const SIDES = "an IPv4 address or network, a container, `.` for the container itself, or `/` for the Docker host";
const PORTS = "a port from 1 to 65535";
