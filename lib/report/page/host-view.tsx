import { useEffect, useRef, useState } from "preact/hooks";
import type { HostDetails, HostSummary } from "../data";
import { Changes } from "./changes";
import { useDetails } from "./details";
import { Findings } from "./findings";
import { Matrix } from "./matrix";
import { Rules } from "./rules";
import { hrefOf } from "./route";
import { Tracer } from "./tracer";
import { ZoneGraph } from "./zone-graph";

interface Props {
  readonly host: HostSummary;
  readonly against: string | undefined;
}

export function HostView({ host, against }: Props) {
  const details = useDetails(host);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <nav aria-label="Way">
        <a href={hrefOf({})}>The fleet</a>
      </nav>
      <h1 ref={heading} tabIndex={-1}>
        {host.name}
      </h1>
      <p class="quiet">
        {host.address} · {host.backend} · generation <code>{host.generation}</code>
        {host.groups.length > 0 && ` · ${host.groups.join(", ")}`}
      </p>
      {details === undefined ? <p>Unpacking…</p> : <Details details={details} against={against} />}
    </>
  );
}

/** A pair of sides chosen in the graph or the matrix shows just its rules. */
function Details({ details, against }: { readonly details: HostDetails; readonly against: string | undefined }) {
  const [pair, setPair] = useState<{ readonly from: string; readonly to: string }>();
  return (
    <>
      {details.findings.length > 0 && <Findings findings={details.findings} />}
      {details.changes !== undefined && <Changes changes={details.changes} against={against ?? ""} />}
      <div class="columns">
        <section aria-labelledby="graph">
          <h2 id="graph">What flows between the zones</h2>
          <ZoneGraph zones={details.zones} flows={details.flows} chosen={pair} choose={setPair} />
        </section>
        <section aria-labelledby="matrix">
          <h2 id="matrix">From zone to zone</h2>
          <Matrix zones={details.zones} flows={details.flows} chosen={pair} choose={setPair} />
        </section>
      </div>
      <Rules entries={details.entries} pair={pair} showAll={() => setPair(undefined)} />
      <Tracer details={details} />
    </>
  );
}
