import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBundles, readBundle } from "../../../lib/bundle/read";
import { removeOtherBundles, writeBundle, type BundleContents } from "../../../lib/bundle/write";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "bundle-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const contents = (more: Partial<BundleContents> = {}): BundleContents => ({
  host: "web-1",
  path: "edge/fleet/web-1",
  groups: ["web"],
  backend: "iptables",
  generation: "0123456789abcdef",
  target: { address: "192.0.2.1" },
  probes: [],
  texts: { ipset: "", "iptables.v4": "*filter\nCOMMIT\n", "policy.txt": "zone  äöü →\n" },
  policy: { host: "web-1" },
  ...more,
});

/** The error's code and message, without the folder's name. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code}: ${message.replaceAll(folder, "…")}`;
  }
  return "none";
}

describe("a bundle", () => {
  it("is read as it was written", () => {
    const written = writeBundle(folder, contents());
    expect(written).toBe(join(folder, "web-1"));
    const { texts, manifest } = readBundle(written);
    expect(texts).toEqual(contents().texts);
    expect(manifest).toMatchObject({ format: 1, host: "web-1", backend: "iptables", generation: "0123456789abcdef" });
    expect(readdirSync(written).sort()).toEqual(["bundle.json", "ipset", "iptables.v4", "policy.json", "policy.txt"]);
  });

  it("loses what is no longer part of it, and what a broken write left", () => {
    const written = writeBundle(folder, contents());
    writeFileSync(join(written, "bundle.json.new"), "{");
    mkdirSync(join(written, "old"));
    writeBundle(folder, contents({ texts: { ipset: "" } }));
    expect(readdirSync(written).sort()).toEqual(["bundle.json", "ipset", "policy.json"]);
  });

  it("leaves files alone that are the same already", () => {
    const written = writeBundle(folder, contents());
    const before = readdirSync(written).map((name) => statSync(join(written, name), { bigint: true }));
    writeBundle(folder, contents());
    const after = readdirSync(written).map((name) => statSync(join(written, name), { bigint: true }));
    expect(after.map(({ mtimeNs, ino }) => [mtimeNs, ino])).toEqual(before.map(({ mtimeNs, ino }) => [mtimeNs, ino]));
  });

  it.each<[string, (written: string) => void, string]>([
    ["a text was altered", (written) => writeFileSync(join(written, "iptables.v4"), "*filter\n"), "bundle-altered: `…/web-1/iptables.v4` is not what the bundle was made with"],
    ["a text is missing", (written) => rmSync(join(written, "ipset")), "bundle-altered: `…/web-1/ipset` is missing"],
    ["there is no manifest", (written) => rmSync(join(written, "bundle.json")), "no-bundle: `…/web-1` holds no bundle.json"],
    ["the manifest was cut", (written) => writeFileSync(join(written, "bundle.json"), "{"), "bundle-altered: `…/web-1/bundle.json` is no JSON"],
    ["the manifest is of another version", (written) => edit(written, { format: 2 }), "bundle-altered: `…/web-1/bundle.json` is no bundle of this version: format:"],
    ["the manifest names a file elsewhere", (written) => edit(written, { texts: { "../../etc/passwd": "0".repeat(64) } }), "bundle-altered: `…/web-1/bundle.json` is no bundle of this version: texts"],
    ["the manifest has a generation that is a command", (written) => edit(written, { generation: "$(reboot)" }), "bundle-altered: `…/web-1/bundle.json` is no bundle of this version: generation:"],
  ])("is refused where %s", (_, spoil, wanted) => {
    const written = writeBundle(folder, contents());
    spoil(written);
    expect(refusal(() => readBundle(written))).toContain(wanted);
  }); // prettier-ignore

  function edit(written: string, more: object): void {
    const file = join(written, "bundle.json");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...more }));
  }

  it("is refused while it is half written: new texts under the old manifest", () => {
    const written = writeBundle(folder, contents());
    const old = readFileSync(join(written, "bundle.json"));
    writeBundle(folder, contents({ texts: { ...contents().texts, ipset: "create x hash:net\n" } }));
    writeFileSync(join(written, "bundle.json"), old);
    expect(refusal(() => readBundle(written))).toContain("/ipset` is not what the bundle was made with");
  });
});

describe("the bundles of an output folder", () => {
  it("are found in the order of stacks and hosts", () => {
    const hostsOf = (stack: string) => join(folder, "stacks", stack, "hosts");
    for (const host of ["b", "a"]) writeBundle(hostsOf("two"), contents({ host }));
    writeBundle(hostsOf("one"), contents({ host: "z" }));
    mkdirSync(join(folder, "stacks", "none"), { recursive: true });
    const found = findBundles(folder).map((path) => path.slice(folder.length));
    expect(found).toEqual(["/stacks/one/hosts/z", "/stacks/two/hosts/a", "/stacks/two/hosts/b"]);
  });

  it("that nobody made yet are an error with the cure", () => {
    expect(refusal(() => findBundles(join(folder, "x")))).toBe("no-bundle: `…/x` holds no stacks");
  });

  it("lose the hosts that are no more", () => {
    for (const host of ["a", "b"]) writeBundle(folder, contents({ host }));
    removeOtherBundles(folder, new Set(["b", "c"]));
    expect(readdirSync(folder)).toEqual(["b"]);
    removeOtherBundles(join(folder, "nowhere"), new Set());
    expect(existsSync(join(folder, "nowhere"))).toBe(false);
  });
});
