import { useContext, useEffect, useState } from "preact/hooks";
import type { EntryReport, HostSummary, ReportData } from "../data";
import { detailsOf, Sets } from "./details";
import { hrefOf } from "./route";
import { holds } from "./rules";

const MOST_SHOWN = 500;

interface Hit {
  readonly host: string;
  readonly entry: EntryReport;
}

/** The rules of all hosts that hold a text. */
export function SearchView({ hosts, text }: { readonly hosts: readonly HostSummary[]; readonly text: string }) {
  const sets = useContext(Sets);
  const [hits, setHits] = useState<readonly Hit[]>();
  useEffect(() => {
    let wanted = true;
    void Promise.all(hosts.map((host) => hitsOn(host, text, sets))).then((found) => wanted && setHits(found.flat()));
    return () => {
      wanted = false;
    };
  }, [hosts, text, sets]);
  if (hits === undefined) return <p>Searching…</p>;
  return (
    <>
      <h1>Rules with “{text}”</h1>
      <p class="quiet" aria-live="polite">
        {hits.length} on {new Set(hits.map(({ host }) => host)).size} hosts
        {hits.length > MOST_SHOWN && `, of which the first ${MOST_SHOWN} are shown`}
      </p>
      <div class="wide">
        <table class="rules">
          <thead>
            <tr>
              <th>Host</th>
              <th>Rule</th>
              <th>Declared at</th>
            </tr>
          </thead>
          <tbody>
            {hits.slice(0, MOST_SHOWN).map(({ host, entry }, index) => (
              <tr key={index}>
                <th scope="row">
                  <a href={hrefOf({ host })}>{host}</a>
                </th>
                <td>
                  <code>{entry.words}</code>
                </td>
                <td class="quiet">{entry.place}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

async function hitsOn(host: HostSummary, text: string, sets: ReportData["sets"]): Promise<Hit[]> {
  const { entries } = await detailsOf(host, sets);
  return entries.filter((entry) => holds(entry, text)).map((entry) => ({ host: host.name, entry }));
}
