import type { FindingReport } from "../data";
import { LevelMark } from "./marks";

export function Findings({ findings }: { readonly findings: readonly FindingReport[] }) {
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">Findings</h2>
      <ul class="findings">
        {findings.map(({ level, text, silenced }) => (
          <li key={text}>
            <LevelMark level={level} /> {text}
            {silenced !== undefined && <span class="quiet"> Silenced: {silenced}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
