import * as z from "zod";
import { connections, limit, log, moment, rate, raw, type Conditions } from "./conditions";
import { portRange, type PortRange } from "./services";

const RATE_FORM = "a rate such as `10/minute`, per `second`, `minute`, `hour` or `day`";

const rateForm = z
  .string()
  .regex(/^[0-9]{1,6}\/(second|minute|hour|day)$/, RATE_FORM)
  .transform((text) => {
    const [count, per] = text.split("/");
    return { count: Number(count), per };
  })
  .pipe(rate);

/** A part of a form that may be left out: its default is that of the policy. */
const { burst, perSource } = limit.shape;
const { prefix, level } = log.shape;

const limitForm = z
  .preprocess(
    (given) => (typeof given === "string" ? { rate: given } : given),
    z.strictObject({ rate: rateForm, burst, perSource }),
  )
  .transform(({ rate: most, ...others }) => ({ ...most, ...others }));

const logForm = z.preprocess(
  (given, context) => {
    if (typeof given !== "boolean" && (typeof given !== "object" || given === null)) {
      context.issues.push({ code: "custom", message: "`true`, `false`, or a map", input: given });
    }
    return given === true ? {} : given === false ? undefined : given;
  },
  z.strictObject({ prefix, level, rate: rateForm.default({ count: 10, per: "minute" }) }).optional(),
);

const connectionsForm = z.preprocess((given) => (typeof given === "number" ? { most: given } : given), connections);

/** A day is whole: what expires on it holds until its last second, in UTC. */
const expiresForm = z.preprocess(
  (given) => (typeof given === "string" && /^\d{4}-\d\d-\d\d$/.test(given) ? `${given}T23:59:59Z` : given),
  moment,
);

/** `443`, `[8000, 8100]`, and in documents also `8000-8100`. */
export const portForm = z.unknown().transform((given, context): PortRange => {
  const read = portRange.safeParse(typeof given === "number" ? [given, given] : rangeOf(given));
  if (read.success) return read.data;
  const message = "a port from 1 to 65535, or `[first, last]` with a first that is not above the last";
  context.issues.push({ code: "custom", message, input: given });
  return z.NEVER;
});

function rangeOf(given: unknown): unknown {
  const [, first, last] = (typeof given === "string" && /^([0-9]{1,5})-([0-9]{1,5})$/.exec(given)) || [];
  return first === undefined ? given : [Number(first), Number(last)];
}

/** Conditions as people write them, in programs and in documents alike; addresses are read apart. */
export const conditionForms = {
  sourcePort: portForm.optional(),
  sourcePorts: z.array(portForm).min(1, "at least one port").optional(),
  log: logForm.optional(),
  limit: limitForm.optional(),
  connections: connectionsForm.optional(),
  expires: expiresForm.optional(),
  raw: raw.optional(),
};

export type ConditionName = keyof typeof conditionForms;
export const CONDITION_NAMES = Object.freeze(Object.keys(conditionForms)) as readonly ConditionName[];

/** What the forms read, each under its own name. */
export type ReadConditions = { readonly [Name in ConditionName]?: z.output<(typeof conditionForms)[Name]> };

/** The conditions of an entry, those that are not given being left out. */
export function conditionsOf(
  read: ReadConditions,
  exceptSource: readonly string[] | undefined,
  exceptDestination: readonly string[] | undefined,
): Conditions {
  const { sourcePort, sourcePorts, log: lines, limit: most, connections: open, expires, raw: own } = read;
  const ports = [...(sourcePort === undefined ? [] : [sourcePort]), ...(sourcePorts ?? [])];
  return {
    ...(exceptSource !== undefined && exceptSource.length > 0 && { exceptSource }),
    ...(exceptDestination !== undefined && exceptDestination.length > 0 && { exceptDestination }),
    ...(ports.length > 0 && { sourcePorts: ports }),
    ...(lines !== undefined && { log: lines }),
    ...(most !== undefined && { limit: most }),
    ...(open !== undefined && { connections: open }),
    ...(expires !== undefined && { expires }),
    ...(own !== undefined && { raw: own }),
  };
}
