import { createHash } from "node:crypto";
import type { Source } from "./apt";

/** Docker's engines that a lab host can have: the oldest and the newest that Debian has, and one between. */
export const engineNames = ["20", "26", "newest"] as const;
export type EngineName = (typeof engineNames)[number];

export interface EngineRecipe {
  readonly source: Source;
  readonly packages: readonly string[];
}

/** dockerd, containerd and docker of all suites run on bookworm's libraries; of the newer ones only their runc does not. */
export const RUNTIME: EngineRecipe = { source: { suite: "bookworm" }, packages: ["runc", "libseccomp2"] };

export const ENGINES: Readonly<Record<EngineName, EngineRecipe>> = {
  "20": { source: { suite: "bookworm" }, packages: ["docker.io", "containerd", "libdevmapper1.02.1"] },
  "26": { source: { suite: "trixie" }, packages: ["docker.io", "containerd", "docker-cli"] },
  newest: { source: { suite: "sid" }, packages: ["docker.io", "containerd", "docker-cli"] },
};

/** Raised by hand when the way in which a layer is made changes. */
const RECIPE = 1;

export function engineVersion(engine: EngineName): string {
  return createHash("sha256")
    .update(JSON.stringify([RECIPE, RUNTIME, ENGINES[engine]]))
    .digest("hex")
    .slice(0, 12);
}
