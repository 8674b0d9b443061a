/** The kernel keeps 255 bytes of a comment (XT_MAX_COMMENT_LEN less its NUL). */
const LONGEST_COMMENT = 255;

/** U+2028 and U+2029 end lines, too. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

/**
 * A comment as iptables-restore reads it: in double quotes, with quotes and backslashes escaped, on one line, cut to
 * what the kernel keeps. The only place where free text of a user enters a restore file.
 */
export function quoteComment(text: string): string {
  if (CONTROL.test(text)) throw new Error(`invariant: a control character in a comment: ${JSON.stringify(text)}`);
  let kept = text;
  if (Buffer.byteLength(kept) > LONGEST_COMMENT) {
    const cut = Buffer.from(kept).subarray(0, LONGEST_COMMENT - 3);
    kept = `${new TextDecoder().decode(cut).replace(/\uFFFD+$/, "")}…`;
  }
  return `"${kept.replace(/["\\]/g, "\\$&")}"`;
}

/** A word that must not need quotes: names and numbers whose alphabet the model's schema has fixed already. */
export function plainWord(word: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.:,/@+~-]*$/.test(word))
    throw new Error(`invariant: ${JSON.stringify(word)} is no plain word`);
  return word;
}

/** An address or network. `::1` begins with no letter or digit, so that plainWord does not fit. */
export function plainAddress(address: string): string {
  if (!/^[0-9a-f:.]+(\/\d+)?$/.test(address)) throw new Error(`invariant: ${JSON.stringify(address)} is no address`);
  return address;
}

/** ipset reads a comment in double quotes and knows no escape: a quote inside becomes a single one. */
export function quoteSetComment(text: string): string {
  return `"${quoteComment(text.replaceAll('"', "'").replaceAll("\\", "/")).slice(1, -1)}"`;
}
