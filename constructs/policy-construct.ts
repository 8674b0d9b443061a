import { Construct } from "constructs";
import type { Mistake } from "../lib/model/explain-issues";
import { errorsAmong, printFinding, show, type Finding } from "../lib/model/findings";
import { printOrigin, type Origin } from "../lib/model/origin";
import { holdsToken, TOKEN_FIX } from "../lib/model/token";
import { callerPlace } from "./origin";

/**
 * A construct that collects what is wrong with it instead of throwing, so that one synth shows all mistakes. The
 * findings are given to `node.addValidation`, by which a CDK engine fails its synth with all of them together.
 */
export abstract class PolicyConstruct extends Construct {
  /** Where this was declared. */
  readonly origin: Origin;
  /** Whether its scope has another one of its kind and id. @internal */
  readonly isSecond: boolean;
  readonly #findings: Finding[] = [];

  protected constructor(scope: Construct, id: string, options: { twice: "a mistake" | "told elsewhere" }) {
    const wanted = treeId(id);
    const taken: unknown = scope.node.tryFindChild(wanted);
    super(scope, freeId(scope, wanted));
    this.origin = { path: this.node.path, ...callerPlace() };
    this.isSecond = taken instanceof PolicyConstruct && taken.constructor === this.constructor;
    if (options.twice === "a mistake" && this.isSecond && taken instanceof PolicyConstruct) {
      this.report({
        problem: `${show(id)} is declared twice, first at ${printOrigin(taken.origin)}`,
        fix: "give one of the two another id",
      });
    }
    if (holdsToken(id)) this.report({ problem: `the id ${show(id)} holds an unresolved token`, fix: TOKEN_FIX });
    this.node.addValidation({ validate: () => errorsAmong(this.ownFindings()).map((finding) => this.#print(finding)) });
  }

  /** What is wrong with this construct itself; its children tell their own findings. @internal */
  ownFindings(): readonly Finding[] {
    return this.#findings;
  }

  /** @internal */
  report(mistake: Mistake, origin: Origin = this.origin): void {
    this.#findings.push({ ...mistake, origin });
  }

  /** CDK engines print the path of the construct before its message. */
  #print(finding: Finding): string {
    if (finding.origin.path !== this.node.path) return printFinding(finding);
    return printFinding({ ...finding, origin: { ...finding.origin, path: "" } }).replace(/^: /, "");
  }
}

/**
 * `constructs` itself throws on an empty id, and on one that every object has, such as `constructor`; control characters
 * have no place in a path.
 */
function treeId(given: string): string {
  const printable = String(given).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "-");
  if (printable in Object.prototype) return `${printable}-1`;
  return printable.slice(0, 100) || "unnamed";
}

/** `constructs` itself throws on an id that is taken. */
function freeId(scope: Construct, wanted: string): string {
  let id = wanted;
  for (let count = 2; scope.node.tryFindChild(id) !== undefined; count++) id = `${wanted}-${String(count)}`;
  return id;
}
