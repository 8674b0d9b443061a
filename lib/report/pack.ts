import { deflateRawSync } from "node:zlib";

/** JSON, deflated (raw) and in base64: `page/unpack.ts` reads it. */
export function pack(value: unknown): string {
  return deflateRawSync(JSON.stringify(value)).toString("base64");
}
