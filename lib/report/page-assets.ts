import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** What `npm run build` made of `page/`: beside this file where it is compiled, in `dist` where it runs from source. */
export function pageAssets(): PageAssets {
  const folder = [__dirname, join(__dirname, "../../dist/lib/report")].find((one) => existsSync(join(one, "page.js")));
  if (folder === undefined) throw new Error("the report's page is not built: run `npm run build`");
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  return { script: read("page.js"), style: read("page.css") };
}
