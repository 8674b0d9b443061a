import type { ChangeReport } from "../data";

/** More lines than that are folded. */
const MOST_OPEN = 40;

interface Props {
  readonly changes: ChangeReport;
  readonly against: string;
}

/** What the change means, and then the lines that make it. */
export function Changes({ changes, against }: Props) {
  const { admitted, refused, lines } = changes;
  const shown = lines.filter((line) => !line.startsWith(" "));
  if (shown.length + admitted.length + refused.length === 0) return null;
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">What changed against {against}</h2>
      <Meaning title="Newly let through" sets={admitted} kind="admitted" />
      <Meaning title="Newly refused" sets={refused} kind="refused" />
      {admitted.length + refused.length === 0 && <p>No packet is treated otherwise.</p>}
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

function Meaning({
  title,
  sets,
  kind,
}: {
  readonly title: string;
  readonly sets: readonly string[];
  readonly kind: string;
}) {
  if (sets.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class={kind}>
        {sets.map((set) => (
          <li key={set}>{set}</li>
        ))}
      </ul>
    </>
  );
}
