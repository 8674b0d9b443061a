import * as z from "zod";
import type { DocumentReader, Path } from "../document-reader";
import { show } from "../findings";
import { containerName, type ContainerNames } from "./container-name";
import type { DockerFwRule, DockerFwSide } from "./rule";
import { readAddress, readSide } from "./sides";

const port = z.int().min(0, "0 to 65535").max(65535, "0 to 65535").default(0);

const ruleJson = z.strictObject({
  Source: z.string(),
  /** A container, `.` or `/`: then the address is what it had when docker-fw looked. */
  SourceAlias: z.string().default(""),
  SourcePort: port,
  Destination: z.string(),
  DestinationAlias: z.string().default(""),
  DestinationPort: port,
  Protocol: z.enum(["tcp", "udp"]),
  Filter: z.string().default(""),
  Chain: z.enum(["FORWARD", "INPUT", "DOCKER"]),
  JumpTo: z.enum(["DOCKER", "ACCEPT"]),
});

/** `extraRules.json`, which docker-fw kept in the folder of each container. */
const rulesJson = z.strictObject({ Rules: z.array(ruleJson).nullable() });

/** `customHosts.json`: the containers whose names docker-fw writes into the hosts file of this one. */
const hostsJson = z.array(z.string());

/** The names of those, as they stand in the document; mistakes are added to the reader's findings. */
export function readHostsJson(reader: DocumentReader): readonly string[] {
  return reader.parse(hostsJson, reader.document.value, []) ?? [];
}

/** Whether a document is docker-fw's own: its members begin with capitals. */
export function isRulesJson(value: unknown): boolean {
  return typeof value === "object" && value !== null && "Rules" in value;
}

/** A rule of the document, and where it stands there. */
export type RuleAt = Readonly<{ path: Path; rule: DockerFwRule }>;

/** The rules of a container, in their order; mistakes are added to the reader's findings. */
export function readRulesJson(reader: DocumentReader, self: string, names: ContainerNames, cure: string): RuleAt[] {
  const read = reader.parse(rulesJson, reader.document.value, []);
  return (read?.Rules ?? []).flatMap((json, index): RuleAt[] => {
    const path = ["Rules", index];
    const side = (which: "Source" | "Destination"): DockerFwSide | undefined => {
      const alias = json[`${which}Alias`];
      const found =
        alias === ""
          ? readAddress(json[which])
          : readSide(alias, self, (container) => containerName(container, names, cure));
      if (!("problem" in found)) return found;
      reader.report([...path, alias === "" ? which : `${which}Alias`], found);
      return undefined;
    };
    const [source, destination] = [side("Source"), side("Destination")];
    if (source === undefined || destination === undefined) return [];
    if (![source, destination].some(({ kind }) => kind === "container")) {
      reader.report(path, {
        problem: `the rule is from ${show(json.Source)} to ${show(json.Destination)}, and names no container`,
        allowed: "`.` or the name of a container as `SourceAlias` or `DestinationAlias`",
      });
      return [];
    }
    const { Chain: chain, Protocol: protocol, SourcePort, DestinationPort, Filter: filter } = json;
    const ports = { sourcePort: SourcePort || undefined, destinationPort: DestinationPort || undefined };
    return [{ path, rule: { chain, source, destination, protocol, ...ports, filter } }];
  });
}
