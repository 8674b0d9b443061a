/** What a test imports from `cdkfw/testing`: matchers for Jest, and for whatever has its `expect.extend`. */
import * as matchers from "./matchers";
import type { PolicyMatchers } from "./matchers";

export { matchers };
export type { PolicyMatchers } from "./matchers";
export type { AcceptedOnlyFrom } from "./only-from";
export type { AdmittedProps } from "./refutations";

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how @types/jest is extended
  namespace jest {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars -- as it is there
    interface Matchers<R, T = {}> extends PolicyMatchers<R> {}
  }
}

/** Where the runner's `expect` is no global, a test hands the matchers over: `expect.extend(matchers)`. */
const { expect } = globalThis as { expect?: { extend?: (given: object) => void } };
expect?.extend?.({ ...matchers });
