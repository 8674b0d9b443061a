import type { DockerFwRule } from "../../model/docker-fw/rule";
import type { Place } from "../plan";

/** What a line of commands, or a member of docker-fw's JSON, says. */
export type Statement =
  /** A rule that docker-fw kept with a container; `drop` of that container takes it away. */
  | Readonly<{ kind: "rule"; place: Place; owner: string; rule: DockerFwRule; link: boolean }>
  /** `allow`: addresses to every published port. */
  | Readonly<{ kind: "allow"; place: Place; owner: string; sources: readonly string[] }>
  /** `customHosts.json`: the container finds others by name. */
  | Readonly<{ kind: "hosts"; place: Place; owner: string; names: readonly string[] }>
  /** What becomes of a command that is no rule. */
  | Readonly<{ kind: "said"; place: Place; words: string; differs: boolean }>
  | Readonly<{ kind: "comment"; text: string }>
  | Readonly<{ kind: "blank" }>;
