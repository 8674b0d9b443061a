import { readFileSync } from "node:fs";

/** The version of this package. */
export const { version } = JSON.parse(readFileSync(require.resolve("cdkfw/package.json"), "utf8")) as {
  version: string;
};
