/**
 * The handshake as a state machine, one atomic effect a step (docs/handshake.md). What is on disk and in /run, what
 * the kernel holds, who has the lock, and how far each process has come. Any process may die between any two steps, the
 * deadline may pass and the host may go down at any moment.
 */
export type Outcome = "committed" | "rolled-back";
export type Phase = "armed" | "applied" | "confirming" | "rolling-back";

/** `asker` is whoever comes by and asks: `cdkfw status`, the next deployer. */
export type Name = "apply" | "confirm" | "rollback" | "asker" | "boot" | "keeper1" | "keeper2";

/** How far a process is; `off` before it began and after it ended or died. */
type At =
  | "off"
  | "begin"
  | "stage"
  | "begun"
  | "armed"
  | "timers"
  | "loading"
  | "loaded"
  | "live"
  | "wait"
  | "confirming"
  | "boot files"
  | "nonce"
  | "back"
  | "back loading"
  | "back loaded"
  | "back recorded"
  | "back unbegun"
  | "finish"
  | "finish recorded"
  | "finish unbegun"
  | "settle"
  | "settled";

export interface State {
  readonly committed: "old" | "new";
  /** The file of that name. */
  readonly begun: boolean;
  readonly recorded: "" | Outcome | "both";
  /** The change's record in /run; nothing without one. */
  readonly phase: Phase | "";
  /** What /run knows of the nonce. */
  readonly ended: "" | Outcome | "unknown";
  readonly kernel: "old" | "new" | "mixed";
  /** Whether it is on disk what stood after the load. */
  readonly live: boolean;
  readonly expired: boolean;
  readonly lock: Name | "";
  readonly at: Readonly<Record<Name, At>>;
  /** What the deployer was told last. */
  readonly told: "" | Outcome | "failed";
  /** Whether the parcel has arrived; there is one. */
  readonly sent: boolean;
}

const NAMES: readonly Name[] = ["apply", "confirm", "rollback", "asker", "boot", "keeper1", "keeper2"];
const KEEPERS = ["keeper1", "keeper2"] as const;

const ALL_OFF = Object.fromEntries(NAMES.map((name) => [name, "off"])) as Record<Name, At>;

export const START: State = {
  committed: "old",
  begun: false,
  recorded: "",
  phase: "",
  ended: "",
  kernel: "old",
  live: false,
  expired: false,
  lock: "",
  at: ALL_OFF,
  told: "",
  sent: false,
};

export interface Transition {
  readonly by: Name | "deployer" | "clock" | "fault";
  readonly to: State;
}

/** What may happen next. */
export function transitions(state: State): Transition[] {
  return [
    ...NAMES.flatMap((name) => steps(state, name).map((to): Transition => ({ by: name, to }))),
    ...deployer(state).map((to): Transition => ({ by: "deployer", to })),
    ...(state.phase !== "" && !state.expired ? [{ by: "clock", to: { ...state, expired: true } } as const] : []),
    ...faults(state).map((to): Transition => ({ by: "fault", to })),
  ];
}

function move(state: State, name: Name, at: At, change: Partial<State> = {}): State {
  return { ...state, ...change, at: { ...state.at, [name]: at } };
}

/** It gives the lock back, and ends; a keeper goes on as long as there is a change. */
function leave(state: State, name: Name, change: Partial<State> = {}): State {
  const keeps = (KEEPERS as readonly Name[]).includes(name) && (change.phase ?? state.phase) !== "";
  return move({ ...state, lock: "" }, name, keeps ? "wait" : "off", change);
}

/** What a process says at its end reaches the deployer where it is one that he started. */
function tell(state: State, name: Name, told: State["told"]): State {
  return name === "confirm" || name === "rollback" ? { ...state, told } : state;
}

function known({ ended, recorded, committed }: State): "committed" | "rolled-back" | "failed" {
  if (ended === "committed" || ended === "rolled-back") return ended;
  if (ended === "unknown") return "failed";
  if (recorded === "committed" || recorded === "rolled-back") return recorded;
  return committed === "new" ? "committed" : "failed";
}

function recordedToo(recorded: State["recorded"], outcome: Outcome): State["recorded"] {
  return recorded === "" || recorded === outcome ? outcome : "both";
}

const isDue = ({ expired, phase }: State): boolean => phase !== "" && (expired || phase === "rolling-back" || phase === "confirming"); // prettier-ignore

/** The next step of one process; none where it waits, or is off. */
function steps(state: State, name: Name): State[] {
  const at = state.at[name];
  const { lock, phase } = state;
  switch (at) {
    case "off":
      return [];
    case "begin":
      return lock === "" ? [move({ ...state, lock: name }, name, "settle")] : [];
    case "settle": {
      if (phase !== "" || !state.begun) return [move(state, name, "settled")];
      const outcome = state.committed === "new" ? "committed" : "rolled-back";
      const recorded = outcome === "committed" || state.recorded === "" ? recordedToo(state.recorded, outcome) : state.recorded; // prettier-ignore
      return [move(state, name, "settled", { begun: false, recorded, ended: outcome })];
    }
    case "settled":
      return withLock(state, name);
    case "stage":
      return [move(state, name, "begun", { begun: true })];
    case "begun":
      return [move(state, name, "armed", { phase: "armed", expired: false })];
    case "armed":
      return [move({ ...state, at: { ...state.at, keeper1: "wait", keeper2: "wait" } }, name, "timers")];
    case "timers":
      return [move(state, name, "loading", { kernel: "mixed" })];
    case "loading":
      return [move(state, name, "loaded", { kernel: "new" }), move(state, name, "back")];
    case "loaded":
      return [move(state, name, "live", { live: true }), move(state, name, "back")];
    case "live":
      return [leave(state, name, { phase: "applied" })];
    case "wait":
      if (phase === "") return [move(state, name, "off")];
      return [
        ...(isDue(state) && lock === "" ? [move({ ...state, lock: name }, name, "back")] : []),
        // The other keeper is dead.
        ...KEEPERS.filter((other) => state.at[other] === "off").map((other) => move(state, other, "wait")),
      ];
    case "confirming":
      return [move(state, name, "boot files"), move(state, name, "back")];
    case "boot files":
      return [move(state, name, "nonce"), move(state, name, "back")];
    case "nonce":
      return [move(state, name, "finish", { committed: "new" }), move(state, name, "back")];
    case "back":
      if (phase === "confirming" && state.committed === "new") return [move(state, name, "finish")];
      return [move(state, name, "back loading", { phase: "rolling-back", kernel: "mixed" })];
    case "back loading":
      return [move(state, name, "back loaded", { kernel: "old" })];
    case "back loaded":
      return [move(state, name, "back recorded", { ended: "rolled-back", recorded: recordedToo(state.recorded, "rolled-back") })]; // prettier-ignore
    case "back recorded":
      return [move(state, name, "back unbegun", { begun: false })];
    case "back unbegun":
      return [tell(leave(state, name, { phase: "" }), name, "rolled-back")];
    case "finish":
      return [move(state, name, "finish recorded", { ended: "committed", recorded: recordedToo(state.recorded, "committed") })]; // prettier-ignore
    case "finish recorded":
      return [move(state, name, "finish unbegun", { begun: false })];
    case "finish unbegun":
      return [tell(leave(state, name, { phase: "" }), name, "committed")];
  }
}

/** Under the lock, and with what a power cut left behind settled. */
function withLock(state: State, name: Name): State[] {
  const { phase } = state;
  switch (name) {
    case "apply":
      // Given up by the deployer before it arrived.
      if (phase !== "" || state.ended !== "") return [leave(state, name)];
      return [move(state, name, "stage")];
    case "confirm":
      if (phase === "") return [toldOf(state, name)];
      if (phase !== "applied" || state.expired || !state.live) return [move(state, name, "back")];
      return [move(state, name, "confirming", { phase: "confirming" })];
    case "rollback":
      return phase === "" ? [toldOf(state, name)] : [move(state, name, "back")];
    case "asker":
      return isDue(state) ? [move(state, name, "back")] : [leave(state, name)];
    case "boot":
      return [leave(state, name)];
    case "keeper1":
    case "keeper2":
      return [];
  }
}

/** Who asks for a change that never began is told so, and from then on it never will. */
function toldOf(state: State, name: Name): State {
  const outcome = known(state);
  const ended = outcome === "failed" ? "unknown" : state.ended;
  return tell(leave(state, name, { ended }), name, outcome);
}

/** He sends the parcel once, and from then on asks for the one or the other end as often as he likes. */
function deployer(state: State): State[] {
  const asks: readonly Name[] = state.sent ? ["confirm", "rollback", "asker"] : ["asker"];
  return [
    ...(state.sent ? [] : [move({ ...state, sent: true }, "apply", "begin")]),
    ...asks.filter((name) => state.at[name] === "off").map((name) => move(state, name, "begin")),
  ];
}

/** Any process dies, and the kernel takes its lock back; the host goes down, and boots what is committed. */
function faults(state: State): State[] {
  const deaths = NAMES.filter((name) => state.at[name] !== "off").map((name) => {
    const after = move(state, name, "off");
    return state.lock === name ? { ...after, lock: "" as const } : after;
  });
  const power: State = {
    ...state,
    phase: "",
    ended: "",
    lock: "",
    expired: false,
    kernel: state.committed,
    at: { ...ALL_OFF, boot: "begin" },
  };
  return [...deaths, power];
}
