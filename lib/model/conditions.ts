import * as z from "zod";
import { objectName } from "./names";
import { portRange, type PortRange } from "./services";

/** So many in a second, a minute, an hour or a day. */
export const rate = z.strictObject({
  count: z.int().min(1, "1 or more").max(10_000, "at most 10000"),
  per: z.enum(["second", "minute", "hour", "day"]),
});

/** Printable ASCII that no loader's text needs to escape. The kernel keeps 29 characters of an iptables prefix. */
const logPrefix = z
  .string()
  .min(1)
  .max(28, "at most 28 characters, as the kernel keeps")
  .regex(/^[A-Za-z0-9 _.,:;()[\]/=+-]*$/, "letters, digits, spaces and `_ . , : ; ( ) [ ] / = + -`");

export const log = z.strictObject({
  /** Put before every line. @default the action, as in `drop: ` */
  prefix: logPrefix.optional(),
  level: z.enum(["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"]).default("info"),
  /** Lines above this rate are not written. */
  rate: rate.default({ count: 10, per: "minute" }),
});

export const limit = z.strictObject({
  ...rate.shape,
  /** How many may come at once before the rate counts. */
  burst: z.int().min(1).max(10_000, "at most 10000").default(5),
  /** Whether every source address has a limit of its own. */
  perSource: z.boolean().default(false),
});

export const connections = z.strictObject({
  /** Connections that may be open at the same time. */
  most: z.int().min(1, "1 or more").max(1_000_000),
  /** Whether every source address has a count of its own. */
  perSource: z.boolean().default(false),
});

/** A day in UTC: `2026-11-22`. */
export const day = z.string().refine((text) => isMoment(`${text}T00:00:00Z`), "a day such as `2026-11-22`");

/** A moment in UTC, to the second: `2027-01-31T23:59:59Z`. The kernel's clocks for rules end in 2038. */
export const moment = z
  .string()
  .regex(/^20[0-3]\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, "a moment in UTC, such as `2027-01-31T23:59:59Z`, before 2038")
  .refine((text) => isMoment(text) && text < "2038-01-01", "a date that exists, before 2038");

/** JavaScript takes February 30 for March 2. */
function isMoment(text: string): boolean {
  const at = Date.parse(text);
  return !Number.isNaN(at) && new Date(at).toISOString() === text.replace("Z", ".000Z");
}

/** Options that are no matches: what is done with the rule, and where it goes. iptables takes them shortened, too. */
const NO_MATCHES =
  "--append --check --comment --delete --delete-chain --flush --goto --insert --jump --line-numbers --list --list-rules " +
  "--modprobe --new-chain --policy --rename-chain --replace --set-counters --table --verbose --wait --zero";

/** Verdicts and chains are the compiler's: a match of one's own may narrow a rule, and nothing else. */
const rawWord = z
  .string()
  .max(128, "words of at most 128 characters")
  .regex(/^!$|^[A-Za-z0-9_.:,/=+-]+$/, "words of letters, digits and `_ . : , / = + -`, or `!`")
  .refine((word) => isMatchWord(word), "matches only: no chain, no target, no table");

function isMatchWord(word: string): boolean {
  if (!word.startsWith("-")) return true;
  if (!word.startsWith("--")) return /^-([mpsdiof]|[0-9]+)$/.test(word);
  const [name = ""] = word.split("=");
  // `--set` is an option of the match `recent`.
  return name === "--set" || !NO_MATCHES.split(" ").some((option) => option.startsWith(name));
}

/** What the model lacks, in the words of a backend. A host with the other backend refuses the rule. */
export const raw = z
  .strictObject({
    /** Words of iptables, such as `["-m", "length", "--length", "0:100"]`. */
    iptables: z.array(rawWord).min(1, "at least one word").max(64, "at most 64 words").optional(),
    /** An expression of nft, such as `meta length 0-100`. */
    nftables: z
      .string()
      .max(512, "at most 512 characters")
      .regex(/^[A-Za-z0-9_.:,/=+\-<>!&|^@ {}"]+$/, "an nft expression on one line, without `;`, `#` and backslashes")
      .refine(
        (text) =>
          !/\b(accept|drop|reject|jump|goto|queue|dnat|snat|masquerade|redirect|return|log|comment)\b/.test(text),
        "matches only: no verdict",
      )
      .optional(),
  })
  .refine((given) => given.iptables !== undefined || given.nftables !== undefined, "words for at least one backend");

/** What may narrow an entry further, beside its addresses and services. */
export const conditions = {
  /** Names of `addresses` that the source must not be of. */
  exceptSource: z.array(objectName).min(1).optional(),
  /** Names of `addresses` that the destination must not be of. */
  exceptDestination: z.array(objectName).min(1).optional(),
  sourcePorts: z.array(portRange).min(1).optional(),
  log: log.optional(),
  limit: limit.optional(),
  connections: connections.optional(),
  /** From this moment on the kernel itself no longer matches the entry. */
  expires: moment.optional(),
  raw: raw.optional(),
};

export type Rate = Readonly<z.infer<typeof rate>>;
export type Log = Readonly<z.infer<typeof log>>;
export type Limit = Readonly<z.infer<typeof limit>>;
export type Connections = Readonly<z.infer<typeof connections>>;
export type Raw = Readonly<{ iptables?: readonly string[] | undefined; nftables?: string | undefined }>;

export interface Conditions {
  readonly exceptSource?: readonly string[] | undefined;
  readonly exceptDestination?: readonly string[] | undefined;
  readonly sourcePorts?: readonly PortRange[] | undefined;
  readonly log?: Log | undefined;
  readonly limit?: Limit | undefined;
  readonly connections?: Connections | undefined;
  readonly expires?: string | undefined;
  readonly raw?: Raw | undefined;
}

/** The conditions in words, each a part of the entry's line. */
export function conditionsInWords(given: Conditions): string[] {
  const { exceptSource, exceptDestination, sourcePorts, limit: most, connections: open, expires, raw: own } = given;
  return [
    exceptSource && `not from ${exceptSource.join(", ")}`,
    exceptDestination && `not to ${exceptDestination.join(", ")}`,
    sourcePorts && `source port ${sourcePorts.map(([a, b]) => (a === b ? String(a) : `${a}-${b}`)).join(",")}`,
    most && `at most ${most.count}/${most.per} burst ${most.burst}${each(most)}`,
    open && `at most ${open.most} open${each(open)}`,
    expires && `until ${expires}`,
    own?.iptables && `raw iptables ${own.iptables.join(" ")}`,
    own?.nftables && `raw nftables ${own.nftables}`,
    given.log && logInWords(given.log),
  ].filter((part) => part !== undefined && part !== "") as string[];
}

function each({ perSource }: { readonly perSource: boolean }): string {
  return perSource ? " per source" : "";
}

function logInWords({ prefix, level, rate: most }: Log): string {
  return `log ${level}${prefix === undefined ? "" : ` \`${prefix}\``} ${most.count}/${most.per}`;
}
