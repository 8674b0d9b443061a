import type { Ruleset } from "../compile/ruleset";

/**
 * What the page knows, as JSON inside it. The fleet's part is read at once; a host's is packed, and unpacked when it is
 * looked at, so that hundreds of hosts open in a second.
 */
export interface ReportData {
  readonly title: string;
  /** When the report was made: `2027-01-31 12:00 UTC`. */
  readonly made: string;
  /** What the changes are counted against. @default the report compares nothing */
  readonly against?: string;
  readonly hosts: readonly HostSummary[];
  /** Large sets of addresses that hosts share, `{ v4, v6 }`, each packed as hosts are. */
  readonly sets: readonly string[];
}

/** A host as the fleet's table shows it. */
export interface HostSummary {
  readonly name: string;
  readonly address: string;
  readonly groups: readonly string[];
  readonly backend: string;
  readonly generation: string;
  readonly zones: readonly string[];
  readonly entries: number;
  readonly findings: Readonly<Record<Level, number>>;
  /** Absent where the report compares nothing. */
  readonly change?: "new" | "changed" | "same" | "gone";
  /** HostDetails as JSON, deflated (raw) and in base64. */
  readonly packed: string;
}

export interface HostDetails {
  readonly zones: readonly ZoneReport[];
  readonly entries: readonly EntryReport[];
  readonly flows: readonly Flow[];
  readonly findings: readonly FindingReport[];
  readonly changes?: ChangeReport;
  /** Its large sets are empty: `shared` tells where their elements are. */
  readonly ruleset: Ruleset;
  /** Numbers in `ReportData.sets`, by the names of sets. */
  readonly shared: Readonly<Record<string, number>>;
}

export interface ZoneReport {
  readonly name: string;
  readonly interfaces: readonly string[];
}

export interface EntryReport {
  /** In the policy's words: `accept     ssh  ext → host  from office`. */
  readonly words: string;
  readonly action: string;
  /** A zone, or `host`. */
  readonly from: string;
  /** A zone, `host`, `all`, or the address of a forward's target. */
  readonly to: string;
  /** `edge/fleet/web-1/ssh (main.ts:12)` */
  readonly place: string;
  readonly path: string;
  readonly counter?: Counter;
}

/** What the kernel has counted for an entry. */
export interface Counter {
  readonly packets: number;
  readonly bytes: number;
  /** How many entries it stands for, where it is not this one's alone. */
  readonly shared?: number;
}

/** What may pass from one side to another, new connections only. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly extent: "nothing" | "some" | "everything";
  /** What is let through, in short. */
  readonly admits: readonly string[];
  /** What is refused before that, in short. */
  readonly refuses: readonly string[];
}

export type Level = "error" | "warning" | "note";

export interface FindingReport {
  readonly level: Level;
  readonly text: string;
  /** The reason that silences it: it does not count. */
  readonly silenced?: string;
}

export interface ChangeReport {
  /** What it means: `newly admitted`, and the sets of packets that are. */
  readonly effects: readonly { readonly title: string; readonly sets: readonly string[] }[];
  /** The policy's words: `+ …` is new, `- …` is gone, ` …` stays. */
  readonly lines: readonly string[];
}
