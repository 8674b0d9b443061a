import fc from "fast-check";
import { stringify } from "yaml";
import { parseInventory } from "../../lib/model/inventory";
import { parsePolicyFile } from "../../lib/model/parse-policy";
import { synthesize } from "../../lib/synth/synthesize";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../lib/model/user-error";
import { takenOrRefused } from "./user-mistakes";

/** Property: a document is read, or refused as a mistake of who wrote it; what is read compiles, or is refused so, too. */
const POLICY = {
  host: "gate",
  zones: { ext: { interfaces: ["eth0"], default: "drop" }, lan: ["eth1", { name: "br-*", protocols: ["gre"] }] },
  addresses: { office: ["198.51.100.0/24", "2001:db8::/32"], partners: ["office", "192.0.2.0/24"] },
  services: { web: ["tcp/80", "tcp/443"] },
  entries: [
    { drop: "telnet", from: "ext", to: "all", log: { prefix: "telnet: ", rate: "5/hour" } },
    { forward: "https", from: "ext", to: ["10.0.0.5", "fd00::5"], port: 8443, at: ["203.0.113.11", "2001:db8:1::11"] },
    { accept: "ssh", from: "ext", to: "host", source: "partners", exceptSource: "192.0.2.9", limit: "6/minute" },
    { accept: ["web", "tcp/9100"], from: "ext", to: "host", comment: "the public side" },
    { "accept+nat": "all", from: "lan", to: "ext" },
  ],
};
const INVENTORY = {
  defaults: { ssh: { user: "root" } },
  groups: { web: {} },
  hosts: { "web-1": { address: "203.0.113.5", groups: ["web"], ssh: { port: 22, jump: [{ address: "192.0.2.9" }] } } },
};

/** Texts that mean something to a shell, to a loader, to YAML, or to JavaScript. */
const HOSTILE = ["", " ", "\n", "$(id)", "`id`", "';id;'", '"', "\\", "-j ACCEPT", "COMMIT\n*filter", "}", "#", "\u0000", "\u001b[31m", "__proto__", "constructor", "0.0.0.0/0", "::/0", "999.1.1.1", "1.2.3.4/33", "tcp/0", "tcp/99999", "any", "all", "host", "-", "!", "*", "a".repeat(300), "é", "💥"]; // prettier-ignore
const value = fc.oneof(
  fc.constantFrom<unknown>(...HOSTILE, null, true, 0, -1, 1.5, 1e300, [], {}, [[]]),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** All places of a document. A change may have given its lists members of any name: nothing is asked of them. */
function paths(node: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof node !== "object" || node === null) return [path];
  return [path, ...Object.entries(node).flatMap(([key, child]) => paths(child, [...path, key]))];
}

type Change = { readonly at: number; readonly how: "replace" | "remove" | "rename" | "add"; readonly value: unknown };
const change: fc.Arbitrary<Change> = fc.record({ at: fc.nat(), how: fc.constantFrom("replace", "remove", "rename", "add"), value }); // prettier-ignore

function changed(document: unknown, { at, how, value: given }: Change): unknown {
  const all = paths(document);
  const path = all[at % all.length] ?? [];
  const copy = structuredClone(document);
  let parent: unknown = { root: copy };
  let key: string | number = "root";
  const holder = parent as { root: unknown };
  for (const step of path) {
    parent = (parent as Record<string | number, unknown>)[key];
    key = step;
  }
  const place = parent as Record<string | number, unknown>;
  const old = place[key];
  switch (how) {
    case "replace":
      place[key] = given;
      break;
    case "remove":
      if (Array.isArray(place)) Array.prototype.splice.call(place, Number(key), 1);
      else Reflect.deleteProperty(place, key);
      break;
    case "rename":
      Reflect.deleteProperty(place, key);
      place[String(given)] = old;
      break;
    case "add":
      if (Array.isArray(old)) Array.prototype.push.call(old, given);
      else if (typeof old === "object" && old !== null) (old as Record<string, unknown>)[String(given)] = given;
  }
  return holder.root;
}

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "fuzz-documents-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const documents = (start: unknown): fc.Arbitrary<string> =>
  fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => stringify(changes.reduce(changed, start) ?? null));

test("the documents that the changes begin with are good ones", () => {
  expect(parsePolicyFile(stringify(POLICY), "p.yaml")).toHaveLength(1);
  expect(parseInventory(stringify(INVENTORY), "i.yaml", (path) => path).hosts).toHaveLength(1);
});

test("policies", () => {
  let taken = 0;
  fc.assert(
    fc.property(documents(POLICY), (text) => {
      const policies = takenOrRefused(() => parsePolicyFile(text, "p.yaml"));
      if (policies instanceof UserError || policies.length === 0) return;
      taken++;
      takenOrRefused(() => synthesize(policies, folder, "fuzz"));
    }),
    { numRuns: 300 },
  );
  expect(taken).toBeGreaterThan(10);
});

test("inventories", () => {
  fc.assert(
    fc.property(documents(INVENTORY), (text) => {
      takenOrRefused(() => parseInventory(text, "i.yaml", (path) => path));
    }),
    { numRuns: 300 },
  );
});

test("any text at all", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.string({ unit: fc.constantFrom(..."{}[]:,-&*!|>'\"%@`#\n a0?<".split("")) }),
      ),
      (text) => {
        // prettier-ignore
        takenOrRefused(() => parsePolicyFile(text, "p.yaml"));
        takenOrRefused(() => parseInventory(text, "i.yaml", (path) => path));
      },
    ),
    { numRuns: 1000 },
  );
});
