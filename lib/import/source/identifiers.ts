type Kind = "zone" | "address" | "service" | "host";

/** What a generated program has for itself, and what the language does not let be a name. */
const TAKEN = [
  ...["Address", "ALL", "Fleet", "Host", "Inventory", "Service", "Construct", "RootConstruct"],
  ...["fleet", "host", "addresses", "inventory", "scope", "sharedAddresses", "describeFleet", "default"],
  ...["abstract", "any", "arguments", "as", "async", "await", "boolean", "break", "case", "catch", "class", "const"],
  ...["constructor", "continue", "debugger", "declare", "delete", "do", "else", "enum", "eval", "export", "extends"],
  ...["false", "finally", "for", "from", "function", "get", "if", "implements", "import", "in", "instanceof"],
  ...["interface", "is", "keyof", "let", "module", "namespace", "never", "new", "null", "number", "object", "of"],
  ...["package", "private", "protected", "public", "require", "return", "set", "static", "string", "super", "switch"],
  ...["symbol", "this", "throw", "true", "try", "type", "typeof", "undefined", "unknown", "using", "var", "void"],
  ...["while", "with", "yield", "exports", "global", "globalThis", "process", "prototype", "valueOf", "toString"],
  ...["hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "NaN", "Infinity"],
];

/** Names of variables: the same one for the same thing in every file, and none for two. */
export class Identifiers {
  readonly #given = new Map<string, string>();
  readonly #taken = new Set(TAKEN);

  of(kind: Kind, name: string, content = ""): string {
    const key = JSON.stringify([kind, name, content]);
    const known = this.#given.get(key);
    if (known !== undefined) return known;
    const identifier = this.#free(kind, name);
    this.#given.set(key, identifier);
    this.#taken.add(identifier);
    return identifier;
  }

  #free(kind: Kind, name: string): string {
    const plain = camelCase(name);
    const wish = /^[a-z]/.test(plain) ? plain : `${kind}${plain}`;
    if (!this.#taken.has(wish)) return wish;
    const clear = `${wish}${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    let identifier = clear;
    for (let count = 2; this.#taken.has(identifier); count++) identifier = `${clear}${count}`;
    return identifier;
  }
}

/** `lan_home` → `lanHome`, `DOCKER` → `docker`, `10net` → `10net`. */
function camelCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return words
    .map((word) => (/^[A-Z0-9]+$/.test(word) ? word.toLowerCase() : word))
    .map((word, index) => word.charAt(0)[index === 0 ? "toLowerCase" : "toUpperCase"]() + word.slice(1))
    .join("");
}
