import fc from "fast-check";
import { plainWord, quoteComment } from "../../../../lib/render/iptables/quote";

describe("quoteComment", () => {
  it.each([
    ["plain words", "accept ssh", '"accept ssh"'],
    ["nothing", "", '""'],
    ["quotes", `say "hi" and 'bye'`, `"say \\"hi\\" and 'bye'"`],
    ["backslashes", "C:\\new\\", '"C:\\\\new\\\\"'],
    ["a command", "$(reboot) `reboot` ${x} ; | & > <", '"$(reboot) `reboot` ${x} ; | & > <"'],
    ["what looks like a rule", "x -j ACCEPT", '"x -j ACCEPT"'],
    ["what looks like a comment or an end", "# COMMIT", '"# COMMIT"'],
    ["other scripts", "Büro → 事務所 🏢", '"Büro → 事務所 🏢"'],
  ])("quotes %s", (_, text, wanted) => expect(quoteComment(text)).toBe(wanted));

  it.each(["\n", "\r", "\t", "\0", "\u001b[31m", "\u007f", "\u0085", "\u2028", "\u2029"])("refuses %j", (text) => {
    expect(() => quoteComment(`a${text}b`)).toThrow("invariant: a control character in a comment");
  });

  it.each([
    ["255 bytes are kept", "x".repeat(255), "x".repeat(255)],
    ["256 bytes are cut", "x".repeat(256), `${"x".repeat(252)}…`],
    ["300 bytes are cut", "x".repeat(300), `${"x".repeat(252)}…`],
    ["a character of two bytes is not halved", `${"x".repeat(251)}${"é".repeat(9)}`, `${"x".repeat(251)}…`],
    ["a character of four bytes is not halved", `${"x".repeat(250)}${"🏢".repeat(9)}`, `${"x".repeat(250)}…`],
    ["quotes count as the one byte that the kernel keeps", '"'.repeat(255), '\\"'.repeat(255)],
  ])("%s", (_, text, wanted) => expect(quoteComment(text)).toBe(`"${wanted}"`));

  it("keeps in any text all that fits, and nothing ends the quotes early", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
        fc.pre(!/[\p{Cc}\u2028\u2029]/u.test(text));
        const quoted = quoteComment(text);
        expect(quoted).toMatch(/^"([^"\\]|\\["\\])*"$/s);
        const kept = quoted.slice(1, -1).replace(/\\(.)/gs, "$1");
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(255);
        if (Buffer.byteLength(text) <= 255) expect(kept).toBe(text);
        else expect(text.startsWith(kept.slice(0, -1))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe("plainWord", () => {
  it.each(["eth0", "10.0.0.0/8", "2001:db8::/32", "br-lan@if2"])("keeps %s", (word) => {
    expect(plainWord(word)).toBe(word);
  });
});
