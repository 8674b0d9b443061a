import type { Flow, ZoneReport } from "../data";
import { flowInWords } from "./flow-words";

export interface Pair {
  readonly from: string;
  readonly to: string;
}

interface Props {
  readonly zones: readonly ZoneReport[];
  readonly flows: readonly Flow[];
  readonly chosen: Pair | undefined;
  readonly choose: (pair: Pair) => void;
}

const SIGN: Readonly<Record<Flow["extent"], string>> = { nothing: "–", some: "some", everything: "all" };

/** A row is where packets come from, a column where they go. */
export function Matrix({ zones, flows, chosen, choose }: Props) {
  const sources = zones.map(({ name }) => name);
  const targets = ["host", ...sources];
  const flowOf = (from: string, to: string) => flows.find((flow) => flow.from === from && flow.to === to);
  return (
    <div class="wide">
      <table class="matrix">
        <thead>
          <tr>
            <td class="quiet">from ↓ to →</td>
            {targets.map((to) => (
              <th key={to} scope="col">
                {to}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sources.map((from) => (
            <tr key={from}>
              <th scope="row">{from}</th>
              {targets.map((to) => {
                const flow = flowOf(from, to);
                if (flow === undefined) return <td key={to} />;
                const words = flowInWords(flow);
                return (
                  <td key={to}>
                    <button
                      type="button"
                      class={`cell ${flow.extent}`}
                      aria-pressed={chosen?.from === from && chosen.to === to}
                      aria-label={words}
                      title={words}
                      onClick={() => choose({ from, to })}
                    >
                      {flow.extent === "some" ? `${flow.admits.length}` : SIGN[flow.extent]}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet legend">
        <span class="cell nothing">–</span> nothing <span class="cell some">3</span> so many things{" "}
        <span class="cell everything">all</span> everything
      </p>
    </div>
  );
}
