import type { FindingReport } from "../data";
import { LevelMark } from "./marks";

export function Findings({ findings }: { readonly findings: readonly FindingReport[] }) {
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">Findings</h2>
      <ul class="findings">
        {findings.map(({ level, text }) => (
          <li key={text}>
            <LevelMark level={level} /> {text}
          </li>
        ))}
      </ul>
    </section>
  );
}
