import { readAddressText } from "../model/address-text";
import { objectName, zoneName } from "../model/names";
import { readServiceText } from "../model/service-text";

type Kind = "zone" | "address" | "service";

/** Longer ones make lines that nobody reads. */
const LONGEST = 32;

const IS_NAME: Readonly<Record<Kind, (name: string) => boolean>> = {
  zone: (name) => name.length <= LONGEST && zoneName.safeParse(name).success,
  address: (name) => isObjectName(name) && readAddressText(name) === undefined,
  service: (name) => isObjectName(name) && readServiceText(name) === undefined,
};

function isObjectName(name: string): boolean {
  return name.length <= LONGEST && objectName.safeParse(name).success;
}

/** Names of another program, as names of our language: the same one where it is one, else the nearest that is free. */
export class Names {
  readonly #given = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** @param reserved names that no other one may become: those of the library, and all originals that fit */
  constructor(reserved: readonly (readonly [Kind, string])[] = []) {
    for (const [kind, name] of reserved) this.#taken.add(`${kind} ${name}`);
  }

  of(kind: Kind, original: string): string {
    const key = `${kind} ${original}`;
    const known = this.#given.get(key);
    if (known !== undefined) return known;
    const name = IS_NAME[kind](original) ? original : this.#free(kind, original);
    this.#given.set(key, name);
    this.#taken.add(`${kind} ${name}`);
    return name;
  }

  #free(kind: Kind, original: string): string {
    const wish = spelled(kind, original);
    for (let count = 1; ; count++) {
      const name = count === 1 ? wish : `${wish}-${String(count)}`;
      if (IS_NAME[kind](name) && !this.#taken.has(`${kind} ${name}`)) return name;
    }
  }
}

/** `Büro (2. Stock)` → `Buro-2.-Stock`; `10.0.0.1` → `address-10.0.0.1`. */
function spelled(kind: Kind, original: string): string {
  const inside = kind === "zone" ? /[^A-Za-z0-9_-]+/g : /[^A-Za-z0-9_.-]+/g;
  const plain = original
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .replace(inside, "-")
    .replace(/^[^A-Za-z0-9_]+|[^A-Za-z0-9_]+$/g, "")
    .slice(0, LONGEST - "address-".length - "-999".length)
    .replace(/[^A-Za-z0-9_]+$/, "");
  return IS_NAME[kind](plain) ? plain : [kind, plain].filter((part) => part !== "").join("-");
}
