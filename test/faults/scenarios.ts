import type { Outcome } from "../../lib/deploy/outcome";
import type { HandshakeOptions } from "../../lib/deploy/handshake-options";
import type { LabHost } from "../../lib/sandbox";
import { applyOnly, deploy, eventually, pendingGone, teardown, type PolicyWishes } from "../fixtures/deployment";
import type { Role } from "./hook";
import { NEW_PORT, OLD_PORT } from "./watch";

/** By which loader the rules come into the kernel. */
export type Loader = "nftables" | "iptables-nft" | "iptables-legacy";

export function wishesFor(loader: Loader, web: number): PolicyWishes {
  return { backend: loader === "nftables" ? "nftables" : "iptables", web };
}

/** What is under way while the fault comes. */
export interface Scenario {
  readonly words: string;
  /** Whether rules of ours stand before. */
  readonly before: "old" | "nothing";
  /** The programs on the host that it makes run, each of which a fault may hit. */
  readonly roles: readonly Role[];
  /** Whether a deployer waits to be told how it ended. */
  readonly drive: (host: LabHost, loader: Loader) => Promise<Outcome | undefined>;
}

const WINDOW_SECONDS = 5;

/** A lost connection is noticed after three seconds. */
const OPTIONS: HandshakeOptions = {
  windowSeconds: WINDOW_SECONDS,
  connection: { configFile: null, keepaliveSeconds: 1 },
};

const deployNew = (host: LabHost, loader: Loader, ssh: "accept" | "reject" = "accept"): Promise<Outcome> =>
  deploy(host, { ...wishesFor(loader, NEW_PORT), ssh }, OPTIONS);

/** Nobody is there to be told of an error. */
const inSilence = async (work: Promise<unknown>): Promise<undefined> => {
  await work.catch(() => undefined);
  return undefined;
};

export const SCENARIOS = {
  change: {
    words: "a change that is confirmed",
    before: "old",
    roles: ["arrive", "apply", "rehearsal", "confirm"],
    drive: (host, loader) => deployNew(host, loader),
  },
  first: {
    words: "the first deployment",
    before: "nothing",
    roles: ["arrive", "apply", "confirm"],
    drive: (host, loader) => deployNew(host, loader),
  },
  refused: {
    words: "a change that keeps the deployer out",
    before: "old",
    roles: ["apply", "rollback", "timer"],
    drive: (host, loader) => deployNew(host, loader, "reject"),
  },
  silence: {
    words: "a change whose deployer falls silent",
    before: "old",
    roles: ["timer"],
    drive: (host, loader) => inSilence(applyOnly(host, wishesFor(loader, NEW_PORT), 2).then(() => pendingGone(host))),
  },
  boot: {
    words: "a boot within the window",
    before: "old",
    roles: ["boot"],
    drive: (host, loader) =>
      inSilence(applyOnly(host, wishesFor(loader, NEW_PORT), 60).then(() => host.reboot({ waitForSsh: false }))),
  },
  teardown: {
    words: "a teardown",
    before: "old",
    roles: ["teardown"],
    drive: (host) => inSilence(teardown(host)),
  },
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof SCENARIOS;

/** Brings a host to where the scenario begins. */
export async function prepare(host: LabHost, loader: Loader, { before }: Scenario): Promise<void> {
  if (before === "nothing") return teardown(host);
  const { outcome, error } = await deploy(host, wishesFor(loader, OLD_PORT), { ...OPTIONS, windowSeconds: 30 });
  if (outcome !== "committed" && outcome !== "unchanged") {
    throw new Error(`the deployment before the fault ended as ${outcome}: ${error?.message ?? ""}`);
  }
}

/** No process of the runtime is at work, and no change is pending: both at the same moment. */
export function quiet(host: LabHost, seconds: number): Promise<void> {
  const asked = "[ ! -e /run/cdkfw/mutex ] || flock -n /run/cdkfw/mutex test ! -e /run/cdkfw/change";
  const is = async (): Promise<boolean> => (await host.exec(asked)).code === 0;
  return eventually(`${host.name}: no change is pending, and nobody has the lock`, seconds, is);
}
