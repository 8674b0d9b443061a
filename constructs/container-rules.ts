import { parseContainerRules, type ContainerRuleWords } from "../lib/model/container-rules";
import { fromHere, readDocument } from "./read-document";

/** What docker-fw's JSON does not say. Files of ours say all of it themselves. */
export interface DockerFwFileProps {
  /** The container whose rules they are. @default none: the file must be one of ours */
  readonly container?: string | undefined;
  /** The zone that stands for all that is not Docker. @default `ext` */
  readonly outside?: string | undefined;
  /** The zone of the containers. @default `docker` */
  readonly zone?: string | undefined;
  /** Names of containers by their ids, where the file names ids. @default none */
  readonly names?: Readonly<Record<string, string>> | undefined;
}

/**
 * Many rules of containers, from a file: for lists that are long, or that others write.
 *
 * ```ts
 * host.addRules(ContainerRules.fromFile("containers.yaml"));
 * host.addRules(ContainerRules.fromFile("extraRules.json", { container: "web" })); // docker-fw's
 * ```
 */
export class ContainerRules {
  /**
   * Reads `{ rules: [...] }` in YAML or JSON, whose members have the words of a policy file's entries and name a container;
   * or docker-fw's `extraRules.json`.
   * @throws FindingsError `invalid-container-rules` with all mistakes, each with its line and column
   * @throws UserError `unreadable-container-rules` where the file can not be read
   */
  static fromFile(path: string, props: DockerFwFileProps = {}): ContainerRules {
    const { container, outside = "ext", zone = "docker", names = {} } = props;
    const dockerFw = { container, outside, containers: zone, names: new Map(Object.entries(names)) };
    return new ContainerRules(parseContainerRules(readDocument(path, "container-rules"), fromHere(path), dockerFw));
  }

  private constructor(
    /** In the order of the file. @internal */
    readonly rules: readonly ContainerRuleWords[],
  ) {}
}
