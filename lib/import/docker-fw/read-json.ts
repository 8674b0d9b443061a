import { containerName, type ContainerNames } from "../../model/docker-fw/container-name";
import { isRulesJson, readHostsJson, readRulesJson } from "../../model/docker-fw/rules-json";
import { DocumentReader, type Path } from "../../model/document-reader";
import { show, type Finding } from "../../model/findings";
import { readYaml } from "../../model/yaml-document";
import { NAME_IT } from "./add-command";
import type { Source } from "./sources";
import type { Statement } from "./statements";

/** docker-fw's JSON: the rules of a container, or the names that it was given in `/etc/hosts`. */
export function readJson({ file, text, container }: Source, names: ContainerNames, findings: Finding[]): Statement[] {
  const reader = new DocumentReader(readYaml(text, file));
  const statements = reader.findings.length > 0 ? [] : read(reader, container, names);
  findings.push(...reader.findings);
  return statements;
}

function read(reader: DocumentReader, container: string | undefined, names: ContainerNames): Statement[] {
  const { document } = reader;
  const isHosts = Array.isArray(document.value);
  if (!isHosts && !isRulesJson(document.value)) {
    reader.report([], {
      problem: "this is no JSON of docker-fw's rules",
      allowed: '`{ "Rules": […] }` of `extraRules.json`, or the list of names of `customHosts.json`',
    });
    return [];
  }
  const owner =
    container === undefined
      ? { problem: "nothing tells of which container these are", fix: "name it: `--container web`" }
      : containerName(container, names, NAME_IT);
  if (typeof owner !== "string") {
    reader.report([], owner);
    return [];
  }
  const placeOf = (path: Path) => {
    const { file = "", line = 1, column } = document.originOf(path);
    return { file, line, ...(column !== undefined && { column }) };
  };
  if (!isHosts) {
    return readRulesJson(reader, owner, names, NAME_IT).map(({ path, rule }): Statement => ({
      kind: "rule",
      place: placeOf(path),
      owner,
      rule,
      link: false,
    }));
  }
  const hosts = readHostsJson(reader).flatMap((given, index) => {
    const name = containerName(given, names, NAME_IT);
    if (typeof name === "string") return [name];
    reader.report([index], { ...name, problem: `${name.problem}, in the list of ${show(owner)}` });
    return [];
  });
  return [{ kind: "hosts", place: placeOf([]), owner, names: hosts }];
}
