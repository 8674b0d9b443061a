import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runtimeScript } from "../../../lib/host/runtime";

const which = (name: string): string | undefined =>
  spawnSync("sh", ["-c", 'command -v "$0"', name], { encoding: "utf8" }).stdout.trim() || undefined;

/** Whatever this machine has of them; the lab's hosts have dash, bash and busybox. */
const SHELLS = [["dash"], ["bash", "--posix"], ["busybox", "sh"]].filter(([name]) => which(name ?? "") !== undefined);
const AWKS = ["mawk", "gawk", "original-awk", "busybox"].flatMap((name) => which(name) ?? []);
const PAIRS = [
  ...SHELLS.map((shell) => ({ shell, awk: AWKS[0] ?? "" })),
  ...AWKS.map((awk) => ({ shell: ["sh"], awk })),
];

const part = (name: string): string => readFileSync(resolve(__dirname, "../../../lib/host/runtime", name), "utf8");

/** What would be loaded, where `live` stands and `wanted` is to be. */
function load(wanted: string, live: string, { shell, awk }: { shell: string[]; awk: string }, bridges = ""): string {
  const folder = mkdtempSync(join(tmpdir(), "merge-"));
  const tool = (name: string, text: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  try {
    writeFileSync(join(folder, "live"), live);
    writeFileSync(join(folder, "wanted"), wanted);
    tool("iptables-save", `cat ${folder}/live`);
    tool("iptables-restore", "cat");
    symlinkSync(awk, join(folder, "awk"));
    const script = `XTABLES_WAIT=1\n${part("20-iptables.sh")}\nload_tables 4 "$1" <"$2"`;
    const [file = "", ...options] = shell;
    const env = { ...process.env, LC_ALL: "C", PATH: `${folder}:${process.env["PATH"] ?? ""}` };
    return execFileSync(file, [...options, "-c", script, "sh", bridges, join(folder, "wanted")], { env }).toString();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const WANTED = `*filter
:CDKFW-INPUT - [0:0]
:CDKFW-NEW - [0:0]
#hook INPUT CDKFW-INPUT
-A CDKFW-INPUT -j CDKFW-NEW
#unless-bridge br0 -A CDKFW-INPUT -i br0 -o br0 -m comment --comment "in and out" -j DROP
-A CDKFW-INPUT -m comment --comment "#hook \\"and\\" -j CDKFW-X \\\\" -j ACCEPT
COMMIT
`;
const HEAD = ":CDKFW-INPUT - [0:0]\n:CDKFW-NEW - [0:0]\n";
const BRIDGE = '-A CDKFW-INPUT -i br0 -o br0 -m comment --comment "in and out" -j DROP\n';
const LAST = '-A CDKFW-INPUT -m comment --comment "#hook \\"and\\" -j CDKFW-X \\\\" -j ACCEPT\n';
const BODY = `-A CDKFW-INPUT -j CDKFW-NEW\n${BRIDGE}${LAST}`;
const FIRST = "-I INPUT 1 -j CDKFW-INPUT\n";

const filter = (rules: string): string => `*filter\n:INPUT ACCEPT [1:2]\n:FORWARD DROP [0:0]\n${rules}COMMIT\n`;
const CHAINS = ":CDKFW-INPUT - [0:0]\n:CDKFW-NEW - [0:0]\n";
const loads = (text: string): string => (text === "" ? "" : `*filter\n${text}COMMIT\n`);

/** Every line: what stands, and what is loaded to make of it what is wanted. */
const TABLE: readonly (readonly [what: string, live: string, loaded: string])[] = [
  ["nothing at all", "", loads(HEAD + BODY + FIRST)],
  ["rules of others", filter("-A INPUT -j DROP\n"), loads(HEAD + BODY + FIRST)],
  ["the same", filter(`${CHAINS}-A INPUT -j CDKFW-INPUT\n`), loads(HEAD + BODY)],
  ["ours and then others", filter(`${CHAINS}-A INPUT -j CDKFW-INPUT\n-A INPUT -j DROP\n`), loads(HEAD + BODY)],
  [
    "others before us",
    filter(`${CHAINS}-A INPUT -j ACCEPT\n-A INPUT -j CDKFW-INPUT\n`),
    loads(`${HEAD}${BODY}-D INPUT -j CDKFW-INPUT\n${FIRST}`),
  ],
  [
    "our jump twice",
    filter(`${CHAINS}-A INPUT -j CDKFW-INPUT\n-A INPUT -j CDKFW-INPUT\n`),
    loads(`${HEAD}${BODY}${"-D INPUT -j CDKFW-INPUT\n".repeat(2)}${FIRST}`),
  ],
  [
    "a jump with a condition, and by goto",
    filter(`${CHAINS}-A INPUT -p tcp -g CDKFW-INPUT\n-A OUTPUT -j CDKFW-NEW\n`),
    loads(`${HEAD}${BODY}-D INPUT -p tcp -g CDKFW-INPUT\n-D OUTPUT -j CDKFW-NEW\n${FIRST}`),
  ],
  [
    "chains that are not wanted any more",
    filter(`${CHAINS}:CDKFW-OLD - [0:0]\n-A INPUT -j CDKFW-INPUT\n-A CDKFW-OLD -j ACCEPT\n`),
    loads(`${HEAD}:CDKFW-OLD - [0:0]\n${BODY}-X CDKFW-OLD\n`),
  ],
  [
    "texts of others that hold our words",
    filter(
      [
        ':CDKFWISH - [0:0]\n-A INPUT -m comment --comment "go -j CDKFW-INPUT" -j CDKFWISH',
        '-A INPUT -j LOG --log-prefix "a \\"b\\" -j CDKFW-INPUT "',
        "-A CDKFWISH -m comment --comment CDKFW-INPUT -j RETURN\n",
      ].join("\n"),
    ),
    loads(HEAD + BODY + FIRST),
  ],
  [
    "our chains in a table where none are wanted",
    `*mangle\n:CDKFW-M - [0:0]\n-A PREROUTING -j CDKFW-M\nCOMMIT\n${filter(`${CHAINS}-A INPUT -j CDKFW-INPUT\n`)}`,
    `${loads(HEAD + BODY)}*mangle\n:CDKFW-M - [0:0]\n-D PREROUTING -j CDKFW-M\n-X CDKFW-M\nCOMMIT\n`,
  ],
];

describe.each(PAIRS)("by $shell with $awk", (tools) => {
  test.each(TABLE)("%s", (_what, live, loaded) => {
    expect(load(WANTED, live, tools)).toBe(loaded);
  });

  test("a rule that bridges must not have is left out where the interface is one", () => {
    expect(load(WANTED, "", tools, "br1 br0 ")).toBe(loads(HEAD + BODY.replace(BRIDGE, "") + FIRST));
    expect(load(WANTED, "", tools, "br01 ")).toBe(loads(HEAD + BODY + FIRST));
  });

  test("nothing is wanted: our chains and the jumps to them go, and nothing else", () => {
    const live = filter(`${CHAINS}-A INPUT -j CDKFW-INPUT\n-A INPUT -j DROP\n-A CDKFW-INPUT -j CDKFW-NEW\n`);
    expect(load("", live, tools)).toBe(loads(`${CHAINS}-D INPUT -j CDKFW-INPUT\n-X CDKFW-INPUT\n-X CDKFW-NEW\n`));
    expect(load("", filter("-A INPUT -j DROP\n"), tools)).toBe("");
  });
});

test("the kernel's state can not be read: nothing is loaded", () => {
  const script = `XTABLES_WAIT=1\n${part("20-iptables.sh")}\nload_tables 4 "" </dev/null`;
  const env = { ...process.env, PATH: `/nowhere:${process.env["PATH"] ?? ""}` };
  const broken = `iptables-save() { return 1; }\niptables-restore() { echo loaded; }\n${script}`;
  const { status, stdout } = spawnSync("bash", ["-c", broken], { env, encoding: "utf8" });
  expect([status, stdout]).toEqual([1, ""]);
});

describe("the script as a whole", () => {
  const whole = runtimeScript();

  test.each(SHELLS)("%s can read it", (file, ...options) => {
    const { status, stderr } = spawnSync(file, [...options, "-n"], { input: whole, encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });

  (which("shellcheck") === undefined ? test.skip : test)("shellcheck has nothing to say", () => {
    // Programs of awk in single quotes; words that can hold no blank, and lists of them, on one line by `echo`; a file of
    // the host's; `a && b || fail`; a pattern that fits no file.
    const known = "SC2016,SC2013,SC2012,SC1091,SC2086,SC2116,SC2015,SC2062";
    const { stdout } = spawnSync("shellcheck", ["-s", "sh", "-e", known, "-"], { input: whole, encoding: "utf8" });
    expect(stdout).toBe("");
  });

  test("time is the machine's uptime: nothing that decides reads a clock that can be set", () => {
    const clocks = whole.split("\n").filter((line) => /\bdate\b|EPOCH|-mmin|-newer/.test(line));
    const told = [/write_history/, /say clock/]; // what people read, and nothing decides by
    expect(clocks.filter((line) => !told.some((one) => one.test(line)))).toEqual([]);
  });
});
