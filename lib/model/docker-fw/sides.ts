import { normaliseAddress } from "../addresses";
import type { Mistake } from "../explain-issues";
import { show } from "../findings";
import type { DockerFwSide } from "./rule";

/**
 * A side as docker-fw's users write it: `.` for the container itself, `/` for the Docker host, an IPv4 address or
 * network, or else a container.
 */
export function readSide(
  given: string,
  self: string,
  nameOf: (container: string) => string | Mistake,
): DockerFwSide | Mistake {
  if (given === ".") return { kind: "container", name: self };
  if (given === "/") return { kind: "host" };
  if (/^[0-9.]+(\/.*)?$/.test(given)) return readAddress(given);
  const name = nameOf(given);
  return typeof name === "string" ? { kind: "container", name } : name;
}

/** iptables takes host bits below the prefix; the network is what it matches. */
export function readAddress(given: string): DockerFwSide | Mistake {
  const normal = normaliseAddress(given, 4);
  if (typeof normal === "string") return { kind: "address", text: normal };
  if (normal.network !== undefined) return { kind: "address", text: normal.network };
  return {
    problem: `${show(given)} ${normal.problem}`,
    allowed: "an IPv4 address or network, such as `203.0.113.5`, `203.0.113.0/24`",
  };
}
