import fc from "fast-check";
import { hostHistory, findGeneration } from "../../lib/deploy/history";
import { errorOf, lastLine } from "../../lib/deploy/host-errors";
import { parseReply } from "../../lib/deploy/protocol";
import { settle } from "../../lib/deploy/settle";
import { committedPolicy, hostStatus } from "../../lib/deploy/status";
import { UserError } from "../../lib/model/user-error";
import type { Connection } from "../../lib/remote";
import { CONTROL } from "./user-mistakes";

/**
 * Property: whatever a host answers, the deployer ends with a value or with an error that can be shown, and no control
 * character of the host's comes to a terminal.
 */
const KEYWORDS = ["step", "error", "end", "result", "state", "generation", "pending", "live", "expected", "safe", "outcome", "last", "iptables", "line", "change", "kept", "busy"]; // prettier-ignore
const ERRORS = ["lock-held", "change-pending", "missing-tools", "not-root", "iptables", "disk", "altered", "not-pending", "withdrawn", "no-generation", "incoming", "toString", "__proto__", "constructor"]; // prettier-ignore

const word = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(...ERRORS, "committed", "rolled-back", "none", "unknown", "0", "-1", "1e9", "NaN", "\u001b[2J", "a\tb\tc\td\te\tf\tg\th"), // prettier-ignore
);
const reply = (token: string): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        fc.tuple(fc.constantFrom(...KEYWORDS), fc.array(word, { maxLength: 4 })).map(([keyword, words]) => `@cdkfw:${token} ${keyword} ${words.join(" ")}`), // prettier-ignore
        fc.string({ unit: "binary", maxLength: 60 }),
      ),
      { maxLength: 12 },
    )
    .map((lines) => `${lines.join("\n")}\n@cdkfw:${token} end 0\n`);

/** A connection over which a hostile host answers to every command; it knows the token, which was sent to it. */
function hostile(answer: (token: string) => string): Connection {
  const runAsRoot = (command: string): Promise<unknown> => {
    const token = /[0-9a-f]{16}/.exec(command.replace(/^.*cdkfw-host/, ""))?.[0] ?? "";
    return Promise.resolve({ code: 0, stdout: answer(token), stderr: "" });
  };
  return { runAsRoot } as unknown as Connection;
}

const QUESTIONS: Readonly<Record<string, (connection: Connection) => Promise<unknown>>> = {
  status: hostStatus,
  policy: committedPolicy,
  history: async (connection) => findGeneration(await hostHistory(connection), "previous"),
  confirm: (connection) => settle(connection, "confirm", "0".repeat(32)),
};

test.each(Object.entries(QUESTIONS))("%s", async (_what, ask) => {
  await fc.assert(
    fc.asyncProperty(reply("TOKEN"), async (text) => {
      const connection = hostile((token) => text.replaceAll("TOKEN", token));
      let said: unknown;
      try {
        said = await ask(connection);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        said = [error.message, error.help];
      }
      for (const shown of strings(said)) expect(shown).not.toMatch(CONTROL);
    }),
    { numRuns: 500 },
  );
});

test("an error in the host's words, and what it said last", () => {
  fc.assert(
    fc.property(reply("t"), fc.string({ unit: "binary", maxLength: 200 }), (text, stderr) => {
      const error = errorOf(parseReply(text, "t"), stderr);
      for (const shown of [error?.message ?? "", error?.help ?? "", lastLine(stderr)])
        expect(shown).not.toMatch(CONTROL);
    }),
    { numRuns: 1000 },
  );
});

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}
