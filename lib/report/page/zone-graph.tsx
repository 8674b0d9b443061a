import type { Flow, ZoneReport } from "../data";
import { flowInWords } from "./flow-words";
import type { Pair } from "./matrix";

interface Props {
  readonly zones: readonly ZoneReport[];
  readonly flows: readonly Flow[];
  readonly chosen: Pair | undefined;
  readonly choose: (pair: Pair) => void;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const WIDTH = 640;
const HEIGHT = 440;
const RADIUS = 44;
const BEND = 26;

/**
 * The host in the middle, its zones around it, an arrow where new connections may pass. Arrows of both directions bend
 * apart.
 */
export function ZoneGraph({ zones, flows, chosen, choose }: Props) {
  const places = placesOf(zones);
  const shown = flows.filter(({ extent, from, to }) => extent !== "nothing" && from !== to);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} class="graph" role="group" aria-label="Zones and what flows between them">
      <defs>
        {(["some", "everything"] as const).map((extent) => (
          <marker
            key={extent}
            id={`head-${extent}`}
            class={extent}
            viewBox="0 0 10 10"
            refX="9"
            refY="5"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path d="M0 0 10 5 0 10z" />
          </marker>
        ))}
      </defs>
      {shown.map((flow) => (
        <Arrow
          key={`${flow.from}>${flow.to}`}
          flow={flow}
          places={places}
          chosen={chosen?.from === flow.from && chosen.to === flow.to}
          choose={choose}
        />
      ))}
      {[...places].map(([name, { x, y }]) => (
        <g key={name} class={name === "host" ? "node host" : "node"}>
          <circle cx={x} cy={y} r={RADIUS} />
          <text x={x} y={y - 2}>
            {short(name, 11)}
          </text>
          <text x={x} y={y + 14} class="small">
            {short(zones.find((zone) => zone.name === name)?.interfaces.join(", ") ?? "", 13)}
          </text>
        </g>
      ))}
    </svg>
  );
}

interface ArrowProps {
  readonly flow: Flow;
  readonly places: ReadonlyMap<string, Point>;
  readonly chosen: boolean;
  readonly choose: (pair: Pair) => void;
}

function Arrow({ flow, places, chosen, choose }: ArrowProps) {
  const from = places.get(flow.from);
  const to = places.get(flow.to);
  if (from === undefined || to === undefined) return null;
  const { path, middle } = bent(from, to);
  const words = flowInWords(flow);
  return (
    <g
      class={`arrow ${flow.extent}${chosen ? " chosen" : ""}`}
      role="button"
      tabindex={0}
      aria-label={words}
      onClick={() => choose(flow)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose(flow);
      }}
    >
      <title>{words}</title>
      <path d={path} class="reach" />
      <path d={path} marker-end={`url(#head-${flow.extent})`} />
      <text x={middle.x} y={middle.y} class="small">
        {short(label(flow), 26)}
      </text>
    </g>
  );
}

function label({ extent, admits, refuses }: Flow): string {
  if (extent === "everything") return refuses.length === 0 ? "everything" : "all but something";
  return admits.map(bare).join(", ");
}

/** The name of a service without its ports. */
function bare(admitted: string): string {
  return admitted.replace(/ \([^)]*\)/g, "");
}

function short(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** Zones stand around the host, from the left on. */
function placesOf(zones: readonly ZoneReport[]): Map<string, Point> {
  const places = new Map<string, Point>([["host", { x: WIDTH / 2, y: HEIGHT / 2 }]]);
  zones.forEach(({ name }, index) => {
    const angle = Math.PI + (index * 2 * Math.PI) / zones.length;
    places.set(name, {
      x: WIDTH / 2 + (WIDTH / 2 - RADIUS - 8) * Math.cos(angle),
      y: HEIGHT / 2 + (HEIGHT / 2 - RADIUS - 8) * Math.sin(angle),
    });
  });
  return places;
}

/** From rim to rim of the circles, bent to the left of its direction. */
function bent(from: Point, to: Point): { readonly path: string; readonly middle: Point } {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const along = { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
  const aside = { x: along.y, y: -along.x };
  const at = (distance: number, bend: number): Point => ({
    x: from.x + along.x * distance + aside.x * bend,
    y: from.y + along.y * distance + aside.y * bend,
  });
  const start = at(RADIUS, 8);
  const end = at(length - RADIUS - 2, 8);
  const pull = at(length / 2, BEND * 2);
  return {
    path: `M${start.x} ${start.y} Q${pull.x} ${pull.y} ${end.x} ${end.y}`,
    middle: at(length / 2, BEND + 10),
  };
}
