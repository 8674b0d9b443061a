import type { Wave } from "../model/waves";

/** What has happened to a rollout. */
export type Happening =
  | { readonly kind: "start" }
  /** A host has been silent for a while: it gives its place to another one, and goes on. */
  | { readonly kind: "stalled"; readonly host: string }
  | { readonly kind: "resumed"; readonly host: string }
  /** A host of an atomic wave is proven, and waits to be confirmed. */
  | { readonly kind: "proven"; readonly host: string }
  | { readonly kind: "ended"; readonly host: string; readonly well: boolean; readonly changed: boolean }
  /** The pause between two waves is over. */
  | { readonly kind: "rested" }
  | { readonly kind: "interrupted" };

/** What is to be done about it. */
export type Order =
  | { readonly kind: "open-wave"; readonly wave: number }
  | { readonly kind: "begin"; readonly host: string }
  | { readonly kind: "confirm"; readonly host: string }
  | { readonly kind: "take-back"; readonly host: string; readonly because: string }
  | { readonly kind: "rest"; readonly seconds: number }
  | { readonly kind: "stop"; readonly why: StopReason }
  /** Never begun, since the rollout stopped before. */
  | { readonly kind: "leave"; readonly host: string }
  | { readonly kind: "finish" };

export type StopReason =
  { readonly kind: "failures"; readonly hosts: readonly string[] } | { readonly kind: "interrupted" };

/** How many times the usual number of hosts may be begun while the others are silent. */
const STALLED_FACTOR = 4;

/**
 * Decides what a rollout does next. It knows no clock, no host and no connection: what happens goes in, what is to be
 * done comes out.
 *
 *     begin ──▶ working ──────────────────────────▶ ended        a place for each that works: `parallel` of them
 *                 │ ▲ └─▶ proven (atomic) ─confirm─▶   ▲         those that are stalled or proven take none
 *                 ▼ │                     └take-back──┘
 *               stalled
 */
export class Schedule {
  #wave = -1;
  #waiting: string[] = [];
  readonly #working = new Set<string>();
  readonly #stalled = new Set<string>();
  readonly #proven = new Set<string>();
  readonly #failed: string[] = [];
  #changed = false;
  #stopped = false;
  #finished = false;
  /** Whether the atomic wave is being taken back. */
  #broken = false;
  #released = false;

  constructor(
    private readonly waves: readonly Wave[],
    private readonly parallel: number,
  ) {}

  take(happening: Happening): Order[] {
    if (this.#finished) return [];
    switch (happening.kind) {
      case "start":
        return this.#nextWave();
      case "stalled":
        if (this.#working.delete(happening.host)) this.#stalled.add(happening.host);
        return this.#fill();
      case "resumed":
        if (this.#stalled.delete(happening.host)) this.#working.add(happening.host);
        return [];
      case "proven":
        return this.#prove(happening.host);
      case "ended":
        return this.#end(happening);
      case "rested":
        return this.#stopped ? [] : this.#nextWave();
      case "interrupted":
        return this.#stopped ? [] : [...this.#stop({ kind: "interrupted" }), ...this.#closeWave()];
    }
  }

  get #current(): Wave | undefined {
    return this.waves[this.#wave];
  }

  get #busy(): number {
    return this.#working.size + this.#stalled.size + this.#proven.size;
  }

  #nextWave(): Order[] {
    this.#wave++;
    const wave = this.#current;
    if (wave === undefined) return this.#finish();
    this.#waiting = [...wave.hosts];
    this.#changed = this.#broken = this.#released = false;
    return [{ kind: "open-wave", wave: this.#wave }, ...this.#fill()];
  }

  #fill(): Order[] {
    const orders: Order[] = [];
    while (!this.#stopped && this.#hasPlace) {
      const host = this.#waiting.shift();
      if (host === undefined) break;
      this.#working.add(host);
      orders.push({ kind: "begin", host });
    }
    return orders;
  }

  get #hasPlace(): boolean {
    return (
      this.#working.size < this.parallel && this.#working.size + this.#stalled.size < this.parallel * STALLED_FACTOR
    );
  }

  #prove(host: string): Order[] {
    this.#working.delete(host);
    this.#stalled.delete(host);
    this.#proven.add(host);
    return this.#broken ? this.#takeBack() : [...this.#fill(), ...this.#releaseIfWhole()];
  }

  #end({ host, well, changed }: Extract<Happening, { kind: "ended" }>): Order[] {
    for (const place of [this.#working, this.#stalled, this.#proven]) place.delete(host);
    this.#changed ||= changed;
    if (well) return [...this.#fill(), ...this.#releaseIfWhole(), ...this.#closeWave()];
    this.#failed.push(host);
    const stops = !this.#stopped && this.#tooMany;
    return [
      ...(stops ? this.#stop({ kind: "failures", hosts: [...this.#failed] }) : []),
      ...this.#fill(),
      ...this.#closeWave(),
    ];
  }

  get #tooMany(): boolean {
    return this.#current?.atomic === true || this.#failed.length > (this.#current?.maxFailures ?? 0);
  }

  /** In an atomic wave, all or none. */
  #releaseIfWhole(): Order[] {
    const whole = this.#waiting.length === 0 && this.#working.size === 0 && this.#stalled.size === 0;
    if (!whole || this.#stopped || this.#released || this.#proven.size === 0) return [];
    this.#released = true;
    const hosts = [...this.#proven];
    this.#proven.clear();
    for (const host of hosts) this.#working.add(host);
    return hosts.map((host) => ({ kind: "confirm", host }));
  }

  #stop(why: StopReason): Order[] {
    this.#stopped = true;
    const orders: Order[] = [{ kind: "stop", why }];
    if (this.#current?.atomic !== true || this.#released) return orders;
    this.#broken = true;
    return [...orders, ...this.#takeBack()];
  }

  #takeBack(): Order[] {
    const because = this.#failed[0] ?? "";
    const hosts = [...this.#proven];
    this.#proven.clear();
    for (const host of hosts) this.#working.add(host);
    return hosts.map((host) => ({ kind: "take-back", host, because }));
  }

  #closeWave(): Order[] {
    if (this.#busy > 0 || (this.#waiting.length > 0 && !this.#stopped)) return [];
    if (this.#stopped) return this.#finish();
    const pause = this.#current?.pause ?? 0;
    const isLast = this.#wave >= this.waves.length - 1;
    return pause > 0 && this.#changed && !isLast ? [{ kind: "rest", seconds: pause }] : this.#nextWave();
  }

  #finish(): Order[] {
    this.#finished = true;
    const left = [...this.#waiting, ...this.waves.slice(this.#wave + 1).flatMap(({ hosts }) => hosts)];
    return [...left.map((host): Order => ({ kind: "leave", host })), { kind: "finish" }];
  }
}
