/** nft keeps 128 bytes of a rule's comment, its NUL included (NFTNL_UDATA_COMMENT_MAXLEN). */
const LONGEST_COMMENT = 127;

/**
 * A comment as nft reads it. Its strings know no escape: a double quote inside becomes a single one. What is too long
 * loses its middle, so that the construct path at the end stays. The only place where free text of a user enters.
 */
export function quoteComment(text: string): string {
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) {
    throw new Error(`invariant: a control character in a comment: ${JSON.stringify(text)}`);
  }
  return `"${shortened(text.replaceAll('"', "'"))}"`;
}

/** An interface name: its alphabet is fixed by the model, quotes keep it apart from nft's own words. */
export function quoteInterface(name: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.@:-]*\*?$/.test(name))
    throw new Error(`invariant: ${JSON.stringify(name)} is no interface`);
  return `"${name}"`;
}

/** An address or network: the model has fixed its spelling. */
export function plainAddress(address: string): string {
  if (!/^[0-9a-f:.]+(\/\d+)?$/.test(address)) throw new Error(`invariant: ${JSON.stringify(address)} is no address`);
  return address;
}

function shortened(text: string): string {
  if (Buffer.byteLength(text) <= LONGEST_COMMENT) return text;
  const path = text.lastIndexOf(" [");
  const end = path < 0 ? "" : cutFront(text.slice(path), LONGEST_COMMENT / 2);
  const start = cutBack(path < 0 ? text : text.slice(0, path), LONGEST_COMMENT - Buffer.byteLength(end) - 3);
  return `${start}…${end}`;
}

function cutBack(text: string, bytes: number): string {
  let kept = "";
  let room = bytes;
  for (const letter of text) {
    room -= Buffer.byteLength(letter);
    if (room < 0) break;
    kept += letter;
  }
  return kept;
}

function cutFront(text: string, bytes: number): string {
  const reversed = (given: string): string => [...given].reverse().join("");
  return reversed(cutBack(reversed(text), bytes));
}
