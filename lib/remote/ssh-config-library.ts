import { createRequire } from "node:module";
import type * as Library from "ssh-config" with { "resolution-mode": "import" };

// The package ships CommonJS, but declares types for ES modules only, so a plain import does not compile from here.
const library = createRequire(__filename)("ssh-config") as typeof Library;

export const SSHConfig = library.default;
export type SSHConfig = Library.default;
export type Line = SSHConfig[number];

/** Whether one of a list of ssh's patterns (`*`, `?`, `!`) matches, and no negated one. */
export const glob = library.glob;
