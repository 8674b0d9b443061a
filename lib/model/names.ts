import * as z from "zod";

/**
 * A name that users give to a zone, an address or a service. Names reach the kernel as comments and as parts of chain
 * names, so that the alphabet is small on purpose.
 */
export const objectName = z
  .string()
  .max(64, "at most 64 characters")
  .regex(/^[A-Za-z0-9_:]([A-Za-z0-9_.:/+-]*[A-Za-z0-9_:])?$/, "letters, digits, `_` and `:`, and inside also `. / + -`")
  .refine((name) => !["__proto__", "any", "all"].includes(name), "a name other than `any` and `all`");

/** What an entry names as a service: an object, or ports and types that are written where they are used. */
export const serviceName = z
  .string()
  .refine(
    (name) => objectName.safeParse(name).success || /^[a-z0-9][a-z0-9/,-]{0,199}$/.test(name),
    "a name, or ports such as `tcp/80,443`",
  );

/** A zone's name. `all` and `host` are given by the language. */
export const zoneName = z
  .string()
  .max(32, "at most 32 characters")
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, "letters, digits, hyphens and underscores, starting with a letter")
  .refine(
    (name) => !["all", "host", "fw"].includes(name.toLowerCase()),
    "a name other than `all`, `host` and `fw`, which the language gives",
  );

/** A network interface as the kernel names it: at most 15 bytes, no white space, no slash. `br-*` names all that begin so. */
export const interfaceName = z
  .string()
  .max(15, "at most 15 characters, as the kernel allows")
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_.@:-]*\*?$/,
    "letters, digits and `_ . @ : -`, starting with a letter, a digit or `_`; a `*` at the end for all that begin so",
  )
  .refine((name) => name !== "__proto__", "a name other than `__proto__`");

/** Free words of a user: printable, on one line. */
export const comment = z
  .string()
  .max(200, "at most 200 characters")
  .regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u, "printable characters on one line");
