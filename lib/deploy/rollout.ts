import type { Bundle } from "../bundle/format";
import { readBundle } from "../bundle/read";
import { show } from "../model/findings";
import { UserError } from "../model/user-error";
import type { Wave } from "../model/waves";
import { deployHost } from "./handshake";
import type { HandshakeOptions } from "./handshake-options";
import type { Outcome, Step } from "./outcome";
import { Schedule, type Happening, type Order, type StopReason } from "./schedule";

/** What a rollout tells while it runs, in the order in which it happens. */
export type RolloutEvent =
  | {
      readonly event: "wave";
      readonly wave: number;
      readonly of: number;
      readonly label?: string;
      readonly hosts: readonly string[];
    }
  | { readonly event: "step"; readonly host: string; readonly step: Step }
  /** Proven, and waiting for the other hosts of its atomic wave. */
  | { readonly event: "proven"; readonly host: string }
  | ({ readonly event: "host" } & Outcome)
  | { readonly event: "pause"; readonly seconds: number }
  | { readonly event: "stop"; readonly why: StopReason };

export interface RolloutOptions {
  /** Hosts at the same time. */
  readonly parallel: number;
  readonly handshake?: HandshakeOptions;
  /** A host's bundle, when it is its turn. @default from its folder */
  readonly read?: (candidate: Candidate) => Bundle;
  readonly onEvent?: (event: RolloutEvent) => void;
  /** Begins no further host; those at work are brought to their end. */
  readonly signal?: AbortSignal;
}

/** Milliseconds of silence after which a host gives its place to another one. */
const STALLED_MS = 3000;

/** What a rollout knows of a host before its turn: a large fleet's texts would fill the memory. */
export type Candidate = Pick<Bundle, "folder" | "manifest">;

/** Deploys waves of hosts, one wave after the other. The outcomes come in the order of the waves. */
export function rollOut(
  candidates: ReadonlyMap<string, Candidate>,
  waves: readonly Wave[],
  options: RolloutOptions,
): Promise<Outcome[]> {
  return new Run(candidates, waves, options).run();
}

interface Barrier {
  readonly open: () => void;
  readonly refuse: (error: UserError) => void;
}

/** Carries out what the schedule orders, and tells it what happened. */
class Run {
  readonly #schedule: Schedule;
  readonly #outcomes = new Map<string, Outcome>();
  readonly #barriers = new Map<string, Barrier>();
  readonly #stopRest = new AbortController();
  #wave: Wave | undefined;
  #finish: () => void = () => undefined;
  #fail: (bug: unknown) => void = () => undefined;

  constructor(
    private readonly candidates: ReadonlyMap<string, Candidate>,
    private readonly waves: readonly Wave[],
    private readonly options: RolloutOptions,
  ) {
    this.#schedule = new Schedule(waves, options.parallel);
  }

  async run(): Promise<Outcome[]> {
    const { signal } = this.options;
    const ended = new Promise<void>((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    const interrupt = (): void => this.#tell({ kind: "interrupted" });
    signal?.addEventListener("abort", interrupt);
    this.#tell({ kind: "start" });
    if (signal?.aborted === true) interrupt();
    try {
      await ended;
    } finally {
      signal?.removeEventListener("abort", interrupt);
      this.#stopRest.abort();
    }
    return this.waves.flatMap(({ hosts }) => hosts.flatMap((host) => this.#outcomes.get(host) ?? []));
  }

  #tell(happening: Happening): void {
    for (const order of this.#schedule.take(happening)) this.#obey(order);
  }

  #obey(order: Order): void {
    const { onEvent } = this.options;
    switch (order.kind) {
      case "open-wave": {
        const wave = this.waves[order.wave];
        if (wave === undefined) throw new Error(`INVARIANT: there is no wave ${order.wave}`);
        this.#wave = wave;
        const { label, hosts } = wave;
        onEvent?.({ event: "wave", wave: order.wave + 1, of: this.waves.length, ...(label && { label }), hosts });
        return;
      }
      case "begin":
        void this.#deploy(this.#candidate(order.host)).catch(this.#fail);
        return;
      case "confirm":
        this.#barriers.get(order.host)?.open();
        return;
      case "take-back":
        this.#barriers.get(order.host)?.refuse(takenBack(order.because));
        return;
      case "rest": {
        onEvent?.({ event: "pause", seconds: order.seconds });
        const timer = setTimeout(() => this.#tell({ kind: "rested" }), order.seconds * 1000);
        this.#stopRest.signal.addEventListener("abort", () => clearTimeout(timer));
        return;
      }
      case "stop":
        onEvent?.({ event: "stop", why: order.why });
        return;
      case "leave":
        this.#note({ host: order.host, generation: this.#candidate(order.host).manifest.generation, outcome: "not-begun", seconds: 0 }); // prettier-ignore
        return;
      case "finish":
        this.#finish();
        return;
    }
  }

  async #deploy(candidate: Candidate): Promise<void> {
    const { host } = candidate.manifest;
    const isAtomic = this.#wave?.atomic === true;
    const { handshake = {}, onEvent } = this.options;
    let silence: NodeJS.Timeout | undefined;
    const heard = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => this.#tell({ kind: "stalled", host }), STALLED_MS);
      this.#tell({ kind: "resumed", host });
    };
    const outcome = await this.#outcome(candidate, {
      ...handshake,
      onStep: (step) => {
        heard();
        onEvent?.({ event: "step", host, step });
      },
      beforeConfirm: async () => {
        clearTimeout(silence);
        if (isAtomic) await this.#wait(host);
      },
    });
    clearTimeout(silence);
    this.#note(outcome);
    const well = outcome.outcome === "committed" || outcome.outcome === "unchanged";
    this.#tell({ kind: "ended", host, well, changed: outcome.outcome !== "unchanged" });
  }

  async #outcome(candidate: Candidate, options: HandshakeOptions): Promise<Outcome> {
    const { read = ({ folder }) => readBundle(folder) } = this.options;
    const { host, generation } = candidate.manifest;
    try {
      return await deployHost(read(candidate), options);
    } catch (error) {
      // Altered since the command began: nothing was sent.
      if (!(error instanceof UserError)) throw error;
      const { code, message, help } = error;
      return {
        host,
        generation,
        outcome: "failed",
        error: { code, message, ...(help !== undefined && { help }) },
        seconds: 0,
      };
    }
  }

  #wait(host: string): Promise<void> {
    return new Promise((open, refuse) => {
      this.#barriers.set(host, { open, refuse });
      this.options.onEvent?.({ event: "proven", host });
      this.#tell({ kind: "proven", host });
    });
  }

  #note(outcome: Outcome): void {
    this.#outcomes.set(outcome.host, outcome);
    this.options.onEvent?.({ event: "host", ...outcome });
  }

  #candidate(host: string): Candidate {
    const candidate = this.candidates.get(host);
    if (candidate === undefined) throw new Error(`INVARIANT: ${host} is in a wave and has no bundle`);
    return candidate;
  }
}

function takenBack(because: string): UserError {
  const why = because === "" ? "the rollout was interrupted" : `${show(because)} of the same wave failed`;
  return new UserError(
    "wave-failed",
    `${why}, and the wave is \`atomic\`: no host of it stays changed unless all do`,
    "The rules of before stand again. Deploy again when all hosts of the wave are well.",
  );
}
