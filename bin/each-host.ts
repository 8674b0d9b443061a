import type { Bundle } from "../lib/bundle/format";
import { sideBySide } from "../lib/deploy/side-by-side";
import { UserError } from "../lib/model/user-error";
import type { Connection } from "../lib/remote";
import { EXIT, type ExitCode } from "./exit";
import { onHost } from "./hosts";
import type { ConnectionFlags } from "./options";
import { print, printJson } from "./output";

/** A host that could not be asked. */
export interface Silent {
  readonly host: string;
  readonly error: { readonly code: string; readonly message: string; readonly help: string | null };
}

/** Asks every host, and keeps their order: what `work` makes of each, or why there is no answer. */
export function askHosts<T extends { readonly host: string }>(
  bundles: readonly Bundle[],
  flags: ConnectionFlags & { parallel: number },
  work: (connection: Connection, bundle: Bundle) => Promise<T>,
): Promise<(T | Silent)[]> {
  return sideBySide(bundles, flags.parallel, async (bundle): Promise<T | Silent> => {
    try {
      return await onHost(bundle, flags, bundles.length, (connection) => work(connection, bundle));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const { code, message, help = null } = error;
      return { host: bundle.manifest.host, error: { code, message, help } };
    }
  });
}

export function isAnswer<T extends { readonly host: string }>(report: T | Silent): report is T {
  return !("error" in report);
}

export function silenceInWords({ host, error: { message, help } }: Silent): string {
  return `${host}  ${message}${help === null ? "" : `\n  ${help}`}`;
}

/** Does one thing on every host, and tells of each how it went: `done` in words, or its error. */
export async function onEachHost(
  bundles: readonly Bundle[],
  flags: ConnectionFlags & { parallel: number; json?: boolean },
  done: string,
  work: (connection: Connection) => Promise<void>,
): Promise<ExitCode> {
  const reports = await askHosts(bundles, flags, async (connection, { manifest: { host } }) => {
    await work(connection);
    return { host, result: done };
  });
  if (flags.json === true) printJson(reports);
  else
    for (const report of reports) print(isAnswer(report) ? `${report.host}  ${report.result}` : silenceInWords(report));
  return reports.every(isAnswer) ? EXIT.done : EXIT.failed;
}
