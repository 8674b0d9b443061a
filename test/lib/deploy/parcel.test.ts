import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Bundle } from "../../../lib/bundle/format";
import { sha256 } from "../../../lib/bundle/generation";
import type { Change } from "../../../lib/deploy/change";
import { deployer } from "../../../lib/deploy/change";
import { parcel } from "../../../lib/deploy/parcel";
import { parseReply, told } from "../../../lib/deploy/protocol";
import { INCOMING_PATH, runtimeScript } from "../../../lib/host/runtime";

const NONCE = "0123456789abcdef0123456789abcdef";
const change: Change = { nonce: NONCE, windowSeconds: 30, owner: "anna@desk", sshPort: 22, force: false };
let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "parcel-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function bundle(texts: Record<string, string>): Bundle {
  const digests = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, sha256(text)]));
  const target = { address: "192.0.2.1" };
  const facts = { format: 1, host: "h1", path: "h1", backend: "iptables", generation: "0".repeat(16) } as const;
  return { folder: "/", manifest: { ...facts, groups: [], probes: [], target, texts: digests }, texts };
}

/** Receives as a host does, in a folder of ours, with a runtime that tells what it was called with. */
function receive(given: Bundle, by: Change, spoil = (stdin: Buffer): Buffer => stdin): ReturnType<typeof spawnSync> {
  const made = parcel(given, by);
  const command = made.command.replaceAll(INCOMING_PATH, folder);
  return spawnSync("/bin/sh", ["-c", command], { input: spoil(Buffer.from(made.stdin)), encoding: "utf8" });
}

/** The parcel in a file as on a host, whose runtime calls this one of its own functions. */
function onHost(given: Bundle, words: (file: string) => readonly string[], by = change): void {
  const file = join(folder, `${by.nonce}.sh`);
  const { stdin } = parcel(given, by);
  writeFileSync(file, gunzipSync(stdin));
  const call = `LIB=${folder}/lib RUN=${folder}; "$@"; exit`;
  const lines = runtimeScript().replace(/^command=\$\{1:-\}$[^]*/m, () => call);
  const { status, stderr } = spawnSync("/bin/sh", ["-c", lines, "sh", ...words(file)], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
}

function unpack(given: Bundle): string {
  const arrived = join(folder, NONCE);
  onHost(given, (file) => ["unpack", file, NONCE, arrived]);
  return arrived;
}

const HOSTILE = {
  plain: "*filter\nCOMMIT\n",
  empty: "",
  shell: "$(touch /tmp/owned) `id` ${HOME} \\ \\\\ 'single' \"double\" !! * ~\n",
  marks: "EOF\nCDKFW_PART_\nCDKFW_PART\nexit\n'\n",
  "control-characters": "tab\tbell\u0007\n",
  "wide.text": "äöü € 😀\n",
  long: `${"x".repeat(100_000)}\n`,
};

test.each(Object.entries(HOSTILE))("the text %s arrives as it was", (name, text) => {
  expect(readFileSync(join(unpack(bundle({ [name]: text })), name), "utf8")).toBe(text);
});

test("with the texts come their digests, as sha256sum reads them, and the whole runtime", () => {
  const arrived = unpack(bundle(HOSTILE));
  expect(spawnSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: arrived }).status).toBe(0);
  onHost(bundle(HOSTILE), (file) => ["install_runtime", file, NONCE, sha256(runtimeScript())]);
  expect(readFileSync(join(folder, "lib/cdkfw-host"), "utf8")).toBe(runtimeScript());
});

test.each(["o'brien@desk", "$(id)@desk", "a b", '"', "-n", ""])(
  "the owner %j reaches the runtime as one word",
  (owner) => {
    const { command } = parcel(bundle({}), { ...change, owner });
    const told = command.replaceAll(INCOMING_PATH, folder).replace("exec /bin/sh", "exec printf :%s:");
    const { stdout } = spawnSync("/bin/sh", ["-c", told], {
      input: parcel(bundle({}), change).stdin,
      encoding: "utf8",
    });
    expect(stdout).toBe(
      [`${folder}/${NONCE}.sh`, "apply", NONCE, "0".repeat(16), NONCE, "30", owner, "22", "0", "0", "iptables", sha256(runtimeScript())].map((word) => `:${word}:`).join(""), // prettier-ignore
    );
  },
);

test.each([
  ["a text that ends within a line", { a: "no end" }],
  ["a text that holds the mark of its end", { a: `CDKFW_PART_${NONCE}\n` }],
])("%s is a bug, and is not sent", (_what, texts) => {
  expect(() => parcel(bundle(texts), change)).toThrow(/invariant/);
});

test.each([
  ["cut off", (stdin: Buffer) => stdin.subarray(0, stdin.length / 2)],
  ["without its last byte", (stdin: Buffer) => stdin.subarray(0, -1)],
  ["empty", () => Buffer.alloc(0)],
  [
    "with another byte",
    (stdin: Buffer) => Buffer.from(stdin.map((byte, at) => (at === stdin.length - 20 ? byte ^ 1 : byte))),
  ],
  ["with something behind it", (stdin: Buffer) => Buffer.concat([stdin, Buffer.from("id\n")])],
])("a parcel that arrives %s is not run, and leaves nothing", (_what, spoil) => {
  const { stdout, status } = receive(bundle({ a: "ACCEPT\n" }), change, spoil);
  const reply = parseReply(String(stdout), NONCE);
  expect([status, reply.end, told(reply, "error")]).toEqual([1, 1, "incoming"]);
  expect(readdirSync(folder)).toEqual([]);
});

test("of a parcel that was cut off right behind the runtime no texts are unpacked", () => {
  const given = bundle({ a: "ACCEPT\n" });
  const words = (file: string): string[] => {
    writeFileSync(file, runtimeScript());
    return ["eval", `! unpack '${file}' ${NONCE} '${join(folder, NONCE)}'`];
  };
  onHost(given, words);
});

test("a place that can not be written to is told with the shell's words", () => {
  rmSync(folder, { recursive: true });
  writeFileSync(folder, "a file");
  const { stdout, stderr } = receive(bundle({ a: "x\n" }), change);
  expect(told(parseReply(String(stdout), NONCE), "error")).toBe("incoming");
  expect(String(stderr)).not.toBe("");
  rmSync(folder);
  mkdirSync(folder);
});

test("the deployer's own name is made of letters that every file and log can hold", () => {
  expect(deployer()).toMatch(/^[A-Za-z0-9@._-]{1,100}$/);
});
