/**
 * One word for a POSIX shell, whatever it holds: the shell reads back exactly `word`.
 *
 * This is the only place where text for a remote shell is quoted. Inside single quotes a POSIX shell gives no character
 * a meaning, so only the single quote itself has to step outside.
 *
 * @throws RangeError when the word holds a NUL, which no argument of a process can carry
 */
export function quote(word: string): string {
  if (word.includes("\0")) throw new RangeError("a shell word can not hold a NUL character");
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
