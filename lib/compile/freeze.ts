/** Freezes a plain value and all that it holds. What is frozen already is taken as frozen throughout. */
export function deepFreeze<T>(value: T): T {
  if (!isThawed(value)) return value;
  Object.freeze(value);
  for (const part of Array.isArray(value) ? value : Object.values(value)) {
    if (isThawed(part)) deepFreeze(part);
  }
  return value;
}

function isThawed(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Object.isFrozen(value);
}
