import { createRequire } from "node:module";
import { join } from "node:path";
import type * as constructs from "../../constructs";
import type * as compiling from "../../lib/compile/compile";
import type * as comparing from "../../lib/analysis/difference";
import type * as telling from "../../lib/analysis/difference-words";
import type * as reviewing from "../../lib/analysis/review-policy";
import type * as cdktf from "../../constructs/cdktf";
import type * as synth from "../../lib/synth/synthesize";

/**
 * The package as users run it: compiled, from `dist`. What tsx makes of a source is slower, since it keeps the name of
 * each function when it makes one.
 */
const load = createRequire(join(__dirname, "../../dist/package.json"));

export const { Address, ALL, Fleet, Host, Service } = load("./constructs") as typeof constructs;
export const { synthesize } = load("./lib/synth/synthesize") as typeof synth;
export const analysis = {
  ...(load("./lib/compile/compile") as typeof compiling),
  ...(load("./lib/analysis/difference") as typeof comparing),
  ...(load("./lib/analysis/difference-words") as typeof telling),
  ...(load("./lib/analysis/review-policy") as typeof reviewing),
};
/** Only where it is asked for: cdktf alone takes longer to load than all of ours. */
export const builtForCdktf = () => load("./constructs/cdktf") as typeof cdktf;
