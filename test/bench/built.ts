import { createRequire } from "node:module";
import { join } from "node:path";
import type * as constructs from "../../constructs";
import type * as synth from "../../lib/synth/synthesize";

/**
 * The package as users run it: compiled, from `dist`. What tsx makes of a source is slower, since it keeps the name of
 * each function when it makes one.
 */
const load = createRequire(join(__dirname, "../../dist/package.json"));

export const { Address, ALL, Fleet, Host, Service } = load("./constructs") as typeof constructs;
export const { synthesize } = load("./lib/synth/synthesize") as typeof synth;
