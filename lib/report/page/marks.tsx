import type { HostSummary, Level } from "../data";

const SIGN: Readonly<Record<Level, string>> = { error: "✖", warning: "▲", note: "●" };
const LEVELS: readonly Level[] = ["error", "warning", "note"];

export function LevelMark({ level, count }: { readonly level: Level; readonly count?: number }) {
  const words = count === undefined ? level : `${count} ${level}${count === 1 ? "" : "s"}`;
  return (
    <span class={`mark ${level}`}>
      <span aria-hidden="true">{SIGN[level]}</span> {words}
    </span>
  );
}

export function FindingMarks({ counts }: { readonly counts: HostSummary["findings"] }) {
  const shown = LEVELS.filter((level) => counts[level] > 0);
  if (shown.length === 0) return <span class="quiet">none</span>;
  return (
    <>
      {shown.map((level) => (
        <LevelMark key={level} level={level} count={counts[level]} />
      ))}
    </>
  );
}

const CHANGE: Readonly<Record<NonNullable<HostSummary["change"]>, string>> = {
  new: "+ new",
  changed: "± changed",
  same: "same",
  gone: "− gone",
};

export function ChangeMark({ change }: { readonly change: NonNullable<HostSummary["change"]> }) {
  return <span class={`mark ${change}`}>{CHANGE[change]}</span>;
}
