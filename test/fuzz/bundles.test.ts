import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { readBundle } from "../../lib/bundle/read";
import { synthesize } from "../../lib/synth/synthesize";
import { UserError } from "../../lib/model/user-error";
import { policyOf, rule } from "../fixtures/policy";
import { takenOrRefused } from "./user-mistakes";

/** Property: what is read from a bundle that was altered on disk is the bundle as it was made, or an error of the user's. */
let folder: string;
let made: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fuzz-bundle-"));
  const policy = policyOf({ host: "h1", zones: { ext: ["wan0"] }, entries: [rule("accept", "ext", "host")], target: { address: "192.0.2.1" } }); // prettier-ignore
  made = synthesize([policy], folder, "test")[0]?.folder ?? "";
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = (): string[] => readdirSync(made).sort();

/** Reads it with one file changed, and changes it back. */
function readAltered(name: string, alter: (bytes: Buffer) => Buffer): unknown {
  const path = join(made, name);
  const bytes = readFileSync(path);
  writeFileSync(path, alter(bytes));
  try {
    return takenOrRefused(() => readBundle(made).texts);
  } finally {
    writeFileSync(path, bytes);
  }
}

const file = fc.nat().map((index) => names()[index % names().length] ?? "");

test("one byte changed, anywhere", () => {
  const original = readBundle(made).texts;
  fc.assert(
    fc.property(file, fc.nat(), fc.integer({ min: 1, max: 255 }), (name, place, by) => {
      const read = readAltered(name, (bytes) => {
        const altered = Buffer.from(bytes);
        if (altered.length > 0) altered[place % altered.length] = (altered[place % altered.length] ?? 0) ^ by;
        return altered;
      });
      if (!(read instanceof UserError)) expect(read).toEqual(original);
    }),
    { numRuns: 200 },
  );
});

test("cut off anywhere, or with something behind it", () => {
  const original = readBundle(made).texts;
  fc.assert(
    fc.property(file, fc.nat(), fc.uint8Array({ maxLength: 20 }), (name, end, more) => {
      const read = readAltered(name, (bytes) => Buffer.concat([bytes.subarray(0, end % (bytes.length + 1)), more]));
      if (!(read instanceof UserError)) expect(read).toEqual(original);
    }),
    { numRuns: 200 },
  );
});

/** Names that would leave the folder here, or the host's folder there. */
const HOSTILE_NAMES = ["../escape", "/etc/passwd", "a/b", "a b", "a;b", "$(id)", "`id`", "-rf", ".", "..", "", "a\nb", "__proto__", "constructor"]; // prettier-ignore

test.each(HOSTILE_NAMES)("a text named %j is none that goes to a host", (name) => {
  const read = readAltered("bundle.json", (bytes) => {
    const manifest = JSON.parse(bytes.toString()) as { texts: Record<string, string> };
    const digest = Object.values(manifest.texts)[0];
    return Buffer.from(JSON.stringify(manifest).replace('"texts":{', `"texts":{${JSON.stringify(name)}:"${digest ?? ""}",`)); // prettier-ignore
  });
  if (!(read instanceof UserError)) expect(read).toEqual(readBundle(made).texts);
});

test("any value in the place of any field", () => {
  const original = readBundle(made);
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(original.manifest)), fc.jsonValue(), (field, value) => {
      const read = readAltered("bundle.json", (bytes) => {
        const manifest = JSON.parse(bytes.toString()) as Record<string, unknown>;
        return Buffer.from(JSON.stringify({ ...manifest, [field]: value }));
      });
      expect(read instanceof UserError || typeof read === "object").toBe(true);
    }),
    { numRuns: 200 },
  );
});
