import type { Outcome } from "../../lib/deploy/outcome";
import type { RolloutEvent } from "../../lib/deploy/rollout";
import { after, newState } from "../../bin/view/fleet-state";
import { frame } from "../../bin/view/frame";
import { summary } from "../../bin/view/summary";
import { viewOf } from "../../bin/view/view";

const outcome = (host: string, more: Partial<Outcome> = {}): Outcome => ({
  host,
  generation: "0123456789abcdef",
  outcome: "committed",
  seconds: 0.4,
  ...more,
});
const failed = (host: string, message: string): Outcome =>
  outcome(host, { outcome: "failed", error: { code: "connection-timeout", message, help: "Check the address." } });

const EVENTS: readonly RolloutEvent[] = [
  { event: "wave", wave: 2, of: 5, label: "web", hosts: ["web-1", "web-2", "web-3"] },
  { event: "step", host: "web-1", step: "connect" },
  { event: "step", host: "web-2", step: "connect" },
  { event: "step", host: "web-3", step: "apply" },
  { event: "host", ...failed("web-2", "web-2 did not answer within 15 s") },
  { event: "host", ...outcome("web-1") },
];

const screen = (events: readonly RolloutEvent[], columns: number, rows: number, hosts = 12): string[] => {
  const state = events.reduce((before, event) => after(before, event, 1000), newState(hosts, 0));
  return frame(state, { columns, rows }, 4000);
};

describe("the screen", () => {
  it("shows the whole fleet: how far, which wave, failures first, then who is at work", () => {
    expect(screen(EVENTS, 100, 24)).toEqual([
      "2 of 12 hosts  ████░░░░░░░░░░░░░░░░░░░░  1 failed  4.0 s",
      "wave 2 of 5 (web): 3 hosts",
      "web-2  failed       web-2 did not answer within 15 s",
      "web-3  apply        3.0 s",
    ]);
  });

  const many = Array.from({ length: 500 }, (_, n): RolloutEvent => ({ event: "step", host: `h${n}`, step: "prove" }));
  const broken = Array.from({ length: 300 }, (_, n): RolloutEvent => ({ event: "host", ...failed(`h${n}`, "x".repeat(300)) })); // prettier-ignore

  it.each([
    [200, 50],
    [80, 24],
    [40, 10],
    [12, 5],
    [5, 2],
  ])("fits into %i columns and %i rows, however many hosts there are", (columns, rows) => {
    for (const events of [EVENTS, many, [...many, ...broken]]) {
      const lines = screen(events, columns, rows, 500);
      expect(lines.length).toBeLessThan(rows);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
    }
  });

  it("tells how many it leaves out", () => {
    expect(screen(many, 80, 10, 500).at(-1)).toBe("… and 493 more at work");
  });
});

describe("the summary", () => {
  it("counts, the worst first, and says the cure once for failures that share it", () => {
    const outcomes = [
      outcome("a"),
      failed("b", "b did not answer"),
      failed("c", "c did not answer"),
      outcome("d", { outcome: "safe-rules", error: { code: "load-failed", message: "neither could be loaded" } }),
      outcome("e", { outcome: "not-begun", seconds: 0 }),
    ];
    expect(summary(outcomes, 83)).toEqual([
      "5 hosts in 83 s: 1 safe-rules, 2 failed, 1 not-begun, 1 committed",
      "",
      "safe-rules  d: neither could be loaded",
      "",
      "failed  b, c: b did not answer",
      "  Check the address.",
      "",
      "1 host was not begun, since the rollout stopped.",
      "  Deploy again when the cause is mended: hosts that have their rules already are passed over.",
    ]);
  });

  it("is silent about a single host that is well, and tells only the cure of one that is not", () => {
    expect(summary([outcome("a")], 1)).toEqual([]);
    expect(summary([failed("a", "no answer")], 1)).toEqual(["  Check the address."]);
  });
});

/** What a view writes for EVENTS. */
function written(json: boolean, terminal: { columns: number; rows: number } | undefined): string {
  let text = "";
  const stream = { write: (part: string) => void (text += part), isTTY: terminal !== undefined, ...terminal };
  const view = viewOf(["web-1", "web-2", "web-3"], json, stream as never);
  EVENTS.forEach(view.onEvent);
  view.onInterrupt();
  view.end([outcome("web-1"), failed("web-2", "no answer")]);
  return text;
}

test("without a terminal: a line for each wave and each host that ended, without control characters", () => {
  const text = written(false, undefined);
  expect(text).toMatch(/^wave 2 of 5 \(web\): 3 hosts\nweb-2 {2}failed .*\n.*web-2 did not answer within 15 s\nweb-1 {2}committed/);
  expect(text).toMatch(/2 hosts in .*: 1 failed, 1 committed/);
  expect(text).not.toContain("\u001b");
  expect(text).not.toContain("connect");
}); // prettier-ignore

test("in JSON: each event on a line of its own, the end last", () => {
  const lines = written(true, { columns: 80, rows: 24 }).trim().split("\n").map((line) => JSON.parse(line) as object);
  expect(lines).toHaveLength(EVENTS.length + 1);
  expect(lines[1]).toEqual({ event: "step", host: "web-1", step: "connect" });
  expect(lines[4]).toMatchObject({ event: "host", host: "web-2", outcome: "failed", error: { code: "connection-timeout" } });
  expect(lines.at(-1)).toMatchObject({ event: "end", hosts: 2, outcomes: { failed: 1, committed: 1 }, exit: 1 });
}); // prettier-ignore

test("on a terminal: the outcomes stay at the end", () => {
  expect(written(false, { columns: 80, rows: 24 })).toMatch(/web-1 {2}committed .*\nweb-2 {2}failed[^]*2 hosts in/);
});
