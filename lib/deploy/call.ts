import { randomBytes } from "node:crypto";
import { RUNTIME_PATH, runtimeScript } from "../host/runtime";
import { UserError } from "../model/user-error";
import { quote, type Connection, type RunResult } from "../remote";
import { lastLine } from "./host-errors";
import { parseReply, type Reply } from "./protocol";

/** Seconds that a command of the runtime may take: the mutex (10), three tries of a rollback, a slow disk. */
const COMMAND_SECONDS = 60;

/** Calls the runtime that is installed on the host. A host that never had it answers as one without rules of ours. */
export async function call(connection: Connection, command: string, words: readonly string[]): Promise<Reply> {
  const token = randomBytes(8).toString("hex");
  const invocation = [RUNTIME_PATH, command, token, ...words].map(quote).join(" ");
  const absent = `printf '\\n@cdkfw:${token} state none\\n@cdkfw:${token} generation none\\n@cdkfw:${token} end 0\\n'`;
  const script = `if [ -r ${RUNTIME_PATH} ]; then exec /bin/sh ${invocation}; else ${absent}; fi`;
  const result = await connection.runAsRoot(`/bin/sh -c ${quote(script)}`, { timeoutSeconds: COMMAND_SECONDS });
  return whole(parseReply(result.stdout, token), result);
}

/** Calls the runtime of here, which the host need not have: it arrives by standard input and leaves nothing behind. */
export async function callCarried(
  connection: Connection,
  command: string,
  words: readonly string[],
  timeoutSeconds = COMMAND_SECONDS,
): Promise<Reply> {
  const token = randomBytes(8).toString("hex");
  const invocation = [command, token, ...words].map(quote).join(" ");
  const result = await connection.runAsRoot(`/bin/sh -s ${invocation}`, { stdin: runtimeScript(), timeoutSeconds });
  return whole(parseReply(result.stdout, token), result);
}

/** A reply that ends; one that was cut off is an error, since nobody knows what it meant to say. */
export function whole(reply: Reply, result: RunResult): Reply {
  if (reply.end !== undefined) return reply;
  const how = result.signal ?? (result.code === null ? "without a word" : `with ${result.code}`);
  const detail = lastLine(result.stderr);
  throw new UserError(
    "no-answer",
    `the runtime on the host ended ${how}${detail === "" ? "" : `: ${detail}`}`,
    "Can the user's login shell run /bin/sh? `cdkfw status` tells what stands.",
  );
}
