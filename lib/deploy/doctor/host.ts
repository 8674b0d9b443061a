import type { Backend } from "../../model/policy";
import type { Connection } from "../../remote";
import { callCarried } from "../call";
import { warningsOf } from "../host-warnings";
import { told, type Reply } from "../protocol";
import { failure, fine, warning, type Diagnosis } from "./diagnosis";
import { EXPLAIN } from "./host-findings";

/** Seconds for all that the host tries: a Docker that does not answer is part of it. */
const PATIENCE = 90;

/** Seconds by which the clocks may differ: entries expire by the host's. */
const CLOCK_TOLERANCE = 30;

/** Looks at a host over a login of its own. Nothing is written there that stays, and no rule is touched. */
export async function examineHost(connection: Connection, backend: Backend): Promise<Diagnosis[]> {
  const asked = Date.now();
  const reply = await callCarried(connection, "doctor", [backend], PATIENCE);
  const login = `${connection.user} at ${connection.serverAddress}${connection.user === "root" ? "" : ", root by sudo"}`;
  return [
    fine("ssh", login),
    ...reply.lines.flatMap(({ keyword, rest }) => (keyword === "finding" ? diagnose(rest) : [])),
    ...warningsOf(reply).map(({ code, message, help }) => warning(code, message, help)),
    ...compareClocks(reply, asked, Date.now()),
  ];
}

/** The host looked at its clock at some moment between two of ours. */
function compareClocks(reply: Reply, asked: number, answered: number): Diagnosis[] {
  const seconds = Number(told(reply, "clock"));
  if (!Number.isFinite(seconds)) return [];
  const early = asked / 1000 - 1 - seconds;
  const late = seconds - answered / 1000;
  const off = Math.round(Math.max(early, late, 0));
  if (off <= CLOCK_TOLERANCE) return [fine("clock", "the clocks agree")];
  const direction = late > 0 ? "ahead of" : "behind";
  return [
    warning("clock", `the host's clock is ${off} s ${direction} this machine's`, "Entries expire by the host's clock. Does it have a time service, such as systemd-timesyncd or chrony?"), // prettier-ignore
  ];
}

function diagnose(line: string): Diagnosis[] {
  const [state, name = "", ...words] = line.split(" ");
  const explain = Object.hasOwn(EXPLAIN, name) ? EXPLAIN[name] : undefined;
  const { check = name, message, help } = explain?.(words) ?? { message: words.join(" ") };
  if (help === undefined || state === "ok") return message === "" ? [] : [fine(check, message)];
  return [state === "fail" ? failure(check, message, help) : warning(check, message, help)];
}
