import { execFileSync } from "node:child_process";
import { quote } from "../../../lib/remote/quote";

/** What a shell makes of the quoted word; the dot keeps line ends at the word's end from being cut. */
function readByShell(word: string): string {
  return execFileSync("sh", ["-c", `printf %s ${quote(word)}.`])
    .toString()
    .slice(0, -1);
}

const hostile = [
  "",
  " ",
  "plain",
  "two words",
  "it's",
  "'",
  "''",
  "'\\''",
  "\\",
  "\\'",
  '"',
  "$(touch /tmp/cdkfw-owned)",
  "`id`",
  "${HOME}",
  "$HOME",
  "a;b",
  "a|b&c",
  "a\nb",
  "\n",
  "a\n",
  "\r\n",
  "\t",
  "-n",
  "--",
  "*",
  "~",
  "!!",
  "#x",
  "{a,b}",
  "<(id)",
  "%s%n",
  "äöü€😀",
  "\u202e\u200b",
  "x".repeat(100_000),
  "\x01\x1b[2J\x7f",
];

test.each(hostile)("a shell reads %j back as it was", (word) => {
  expect(readByShell(word)).toBe(word);
});

// Property: sh(quote(x)) = x, for words made of whatever has a meaning to a shell.
test("a shell reads 200 words of hostile characters back as they were", () => {
  const alphabet = [..."'\"\\$`!*?[]{}()<>|&;#~=%^ \t\n\rab-0äß€😀\x01\x7f"];
  let state = 12345;
  const next = (bound: number) => (state = (state * 1103515245 + 12345) & 0x7fffffff) % bound;
  const words = Array.from({ length: 200 }, () =>
    Array.from({ length: next(24) }, () => alphabet[next(alphabet.length)]).join(""),
  );
  const script = words.map((word) => `printf '%s\\0' ${quote(word)}`).join("\n");
  const read = execFileSync("sh", ["-s"], { input: script }).toString().split("\0").slice(0, -1);
  expect(read).toEqual(words);
});

test("quoting what is quoted adds a layer that a shell takes away again", () => {
  const word = `a'b"c\\d$(e)`;
  expect(readByShell(quote(word))).toBe(quote(word));
  expect(execFileSync("sh", ["-c", `eval ${quote(`printf %s ${quote(word)}`)}`]).toString()).toBe(word);
});

test("a NUL is refused, since no argument can carry it", () => {
  expect(() => quote("a\0b")).toThrow(RangeError);
});
