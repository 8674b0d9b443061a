import { useState } from "preact/hooks";
import type { EntryReport } from "../data";
import type { Pair } from "./matrix";

interface Props {
  readonly entries: readonly EntryReport[];
  readonly pair: Pair | undefined;
  readonly showAll: () => void;
}

/** The entries in their order; the first that matches a packet decides. */
export function Rules({ entries, pair, showAll }: Props) {
  const [text, setText] = useState("");
  const shown = entries
    .map((entry, index) => ({ entry, number: index + 1 }))
    .filter(({ entry }) => holds(entry, text) && (pair === undefined || leads(entry, pair)));
  const counted = entries.some(({ counter }) => counter !== undefined);
  return (
    <section aria-labelledby="rules">
      <h2 id="rules">Rules</h2>
      <p class="filter">
        <label>
          Rules that hold{" "}
          <input value={text} onInput={({ currentTarget: { value } }) => setText(value)} placeholder="any text" />
        </label>
        {pair !== undefined && (
          <>
            {" "}
            from {pair.from} to {pair.to}{" "}
            <button type="button" onClick={showAll}>
              all sides
            </button>
          </>
        )}
      </p>
      <p class="quiet" aria-live="polite">
        {shown.length} of {entries.length}; the first that matches decides, and what none matches is refused
      </p>
      <div class="wide">
        <table class="rules">
          <thead>
            <tr>
              <th class="number">#</th>
              <th>Rule</th>
              <th>Declared at</th>
              {counted && <th class="number">Packets</th>}
              {counted && <th class="number">Bytes</th>}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ entry, number }) => (
              <tr
                key={number}
                class={entry.action.startsWith("accept") || entry.action === "forward" ? "lets" : "refuses"}
              >
                <td class="number">{number}</td>
                <td>
                  <code>{entry.words}</code>
                </td>
                <td class="quiet">{entry.place}</td>
                {counted && <td class="number">{countInWords(entry, "packets")}</td>}
                {counted && <td class="number">{countInWords(entry, "bytes")}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** `1,234`, and `1,234 of 12 rules` where the kernel counts them together. */
function countInWords({ counter }: EntryReport, unit: "packets" | "bytes"): string {
  if (counter === undefined) return "";
  const count = counter[unit].toLocaleString("en");
  return counter.shared === undefined ? count : `${count} of ${counter.shared} rules`;
}

export function holds({ words, place }: EntryReport, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return `${words} ${place}`.toLowerCase().includes(wanted);
}

function leads({ action, from, to }: EntryReport, pair: Pair): boolean {
  if (from !== pair.from) return false;
  return to === "all" || to === pair.to || (action === "forward" && pair.to === "host");
}
