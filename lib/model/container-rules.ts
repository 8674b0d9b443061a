import * as z from "zod";
import { CONDITION_NAMES } from "./condition-forms";
import { containerOfWords } from "./containers";
import type { ContainerNames } from "./docker-fw/container-name";
import { meaningOf, type DockerFwZones } from "./docker-fw/rule";
import { isRulesJson, readRulesJson } from "./docker-fw/rules-json";
import { DocumentReader, isRecord, type Path } from "./document-reader";
import { unclearAction } from "./entry-of-form";
import { byPlace, show } from "./findings";
import { FindingsError } from "./findings-error";
import { action, type Action } from "./policy";
import { forwardForm, isForwardForm, ruleForm, type ForwardForm, type RuleForm } from "./policy-file";
import { readYaml, type Position } from "./yaml-document";

/** One rule of a file: what a program would give to `host.addRule` or `host.forward`, and where it stands. */
export interface ContainerRuleWords {
  readonly does: Action | "forward";
  readonly props: Readonly<Record<string, unknown>>;
  readonly place: Readonly<{ file: string }> & Position;
}

/** What docker-fw's JSON does not say. */
export interface OfDockerFw extends DockerFwZones {
  /** The container whose rules they are. */
  readonly container?: string | undefined;
  readonly names: ContainerNames;
}

const rulesForm = z.strictObject({ rules: z.array(z.unknown()).min(1, "at least one rule") });

/**
 * Reads rules of containers in YAML or JSON, `{ rules: [...] }` with the entries of a policy file; or docker-fw's own JSON.
 * @throws FindingsError `invalid-container-rules` with all mistakes, each with its line and column
 */
export function parseContainerRules(text: string, file: string, dockerFw: OfDockerFw): readonly ContainerRuleWords[] {
  const reader = new RulesReader(readYaml(text, file), file, dockerFw);
  const rules = reader.findings.length > 0 ? [] : reader.readAll();
  if (reader.findings.length === 0) return rules;
  throw new FindingsError(
    "invalid-container-rules",
    `the file of container rules ${show(file)}`,
    byPlace(reader.findings),
  );
}

class RulesReader extends DocumentReader {
  constructor(
    document: ReturnType<typeof readYaml>,
    private readonly file: string,
    private readonly dockerFw: OfDockerFw,
  ) {
    super(document);
  }

  readAll(): ContainerRuleWords[] {
    const { value } = this.document;
    if (isRulesJson(value)) return this.#ofDockerFw();
    if (!isRecord(value)) {
      this.report([], { problem: "the file is empty, or no map", fix: "start with `rules:`, and a list" });
      return [];
    }
    const rules = this.parse(rulesForm, value, [])?.rules ?? [];
    return rules.flatMap((given, index) => this.#read(given, ["rules", index]) ?? []);
  }

  #read(given: unknown, path: Path): ContainerRuleWords | undefined {
    const form = isForwardForm(given) ? this.parse(forwardForm, given, path) : this.parse(ruleForm, given, path);
    if (form === undefined || !isRecord(given)) return undefined;
    const verbs = [...action.options, "forward" as const].filter((name) => name in form);
    const [does] = verbs;
    if (does === undefined || verbs.length > 1) {
      this.report(path, unclearAction(verbs));
      return undefined;
    }
    if (![form.from, ...[form.to].flat()].some((side) => containerOfWords(side) !== undefined)) {
      this.report(path, {
        problem: "the rule names no container",
        allowed: "`container web`, `container app=web`, `container shop/web` as `from` or `to`",
        fix: "rules without containers stand in the program, or in a policy file",
      });
      return undefined;
    }
    return {
      does,
      props: { ...sidesOf(form), ...servicesOf(form, does), ...asGiven(given) },
      place: this.#placeOf(path),
    };
  }

  #ofDockerFw(): ContainerRuleWords[] {
    const { container, names, ...zones } = this.dockerFw;
    if (container === undefined) {
      this.report([], {
        problem: "docker-fw's JSON does not say of which container it is",
        fix: 'name it: `ContainerRules.fromFile(…, { container: "web" })`',
      });
      return [];
    }
    const cure = 'tell its name: `ContainerRules.fromFile(…, { names: { "0123456789ab": "web" } })`';
    return readRulesJson(this, container, names, cure).flatMap(({ path, rule }): ContainerRuleWords[] => {
      const meaning = meaningOf(rule, zones);
      if ("problem" in meaning) this.report(path, meaning);
      // What opened nothing there, or is open anyway, is nothing here either.
      return "accept" in meaning ? [{ does: "accept", props: { ...meaning.accept }, place: this.#placeOf(path) }] : [];
    });
  }

  #placeOf(path: Path) {
    const { line = 1, column = 1 } = this.document.originOf(path);
    return { file: this.file, line, column };
  }
}

/** What a document may write as a list of one, or as a map, where a program may not. */
const LISTS = ["from", "to", "source", "destination", "snat", "at", "hairpin", "exceptSource", "exceptDestination"];

function sidesOf(form: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = LISTS.filter((name) => form[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, oneOrList(form[name])]));
}

function servicesOf(form: RuleForm | ForwardForm, does: Action | "forward"): Record<string, unknown> {
  const services = does === "forward" ? form.forward : (form as RuleForm)[does];
  const one = oneOrList(services);
  return one === "published" ? { published: true } : { service: one };
}

/** The rest is read by the same forms in documents and in programs. */
function asGiven(given: Record<string, unknown>): Record<string, unknown> {
  const names: readonly string[] = [...CONDITION_NAMES, "port", "link", "comment", "silence"];
  return Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
}

const oneOrList = (given: unknown) => (Array.isArray(given) && given.length === 1 ? (given[0] as unknown) : given);
