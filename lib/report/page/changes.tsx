import type { ChangeReport } from "../data";

/** More lines than that are folded. */
const MOST_OPEN = 40;

interface Props {
  readonly changes: ChangeReport;
  readonly against: string;
}

/** What the change means, and then the lines that make it. */
export function Changes({ changes, against }: Props) {
  const { effects, lines } = changes;
  const shown = lines.filter((line) => !line.startsWith(" "));
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">What changed against {against}</h2>
      {effects.map((effect) => (
        <Effect key={effect.title} {...effect} />
      ))}
      {effects.length === 0 && <p>No packet is treated otherwise.</p>}
      <details open={shown.length <= MOST_OPEN}>
        <summary>{shown.length} lines of the policy</summary>
        <pre class="lines">
          {shown.map((line) => (
            <span key={line} class={line.startsWith("+") ? "added" : "removed"}>
              {line}
              {"\n"}
            </span>
          ))}
        </pre>
      </details>
    </section>
  );
}

function Effect({ title, sets }: ChangeReport["effects"][number]) {
  return (
    <>
      <h3>{title}</h3>
      <ul class="effect">
        {sets.map((set) => (
          <li key={set}>{set}</li>
        ))}
      </ul>
    </>
  );
}
