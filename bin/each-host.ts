import type { Bundle } from "../lib/bundle/format";
import { sideBySide } from "../lib/deploy/side-by-side";
import { UserError } from "../lib/model/user-error";
import type { Connection } from "../lib/remote";
import { EXIT, type ExitCode } from "./exit";
import { onHost } from "./hosts";
import type { ConnectionFlags } from "./options";
import { print, printJson } from "./output";

/** Does one thing on every host, and tells of each how it went: `done` in words, or its error. */
export async function onEachHost(
  bundles: readonly Bundle[],
  flags: ConnectionFlags & { parallel: number; json?: boolean },
  done: string,
  work: (connection: Connection) => Promise<void>,
): Promise<ExitCode> {
  const reports = await sideBySide(bundles, flags.parallel, async (bundle) => {
    const { host } = bundle.manifest;
    try {
      await onHost(bundle, flags, bundles.length, work);
      return { host, result: done };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { host, error: { code: error.code, message: error.message, help: error.help ?? null } };
    }
  });
  if (flags.json === true) printJson(reports);
  else {
    for (const { host, result, error } of reports) {
      print(
        error === undefined
          ? `${host}  ${result}`
          : `${host}  ${error.message}${error.help === null ? "" : `\n  ${error.help}`}`,
      );
    }
  }
  return reports.some(({ error }) => error !== undefined) ? EXIT.failed : EXIT.done;
}
