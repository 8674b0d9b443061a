/** So many answers are kept: more than a policy asks for, and a few megabytes. */
const MOST = 10_000;

/**
 * The same function, with its last answers at hand: what is made of a text that rules of one policy, and hosts of a fleet,
 * name again and again is one object for all of them.
 */
export function withRecent<T>(answer: (text: string) => T): (text: string) => T {
  const recent = new Map<string, T>();
  return (text) => {
    let known = recent.get(text);
    if (known === undefined) {
      known = answer(text);
      if (recent.size === MOST) recent.clear();
      recent.set(text, known);
    }
    return known;
  };
}
