import { findGeneration, parseChange, type HostHistory, type PastChange } from "../../../lib/deploy/history";

const line = (...fields: string[]): string => fields.join("\t");

describe("a line of the history", () => {
  test.each([
    [
      "a change",
      line("2026-11-22T04:00:00Z", "committed", "bbbb", "anna@desk", "0f", "192.0.2.7", "aaaa", ""),
      [
        {
          outcome: "committed",
          generation: "bbbb",
          previous: "aaaa",
          owner: "anna@desk",
          from: "192.0.2.7",
          why: null,
        },
      ],
    ],
    [
      "the first one, rolled back",
      line("2026-11-22T04:00:00Z", "rolled-back", "bbbb", "anna@desk", "0f", "-", "none", "not confirmed in time"),
      [{ previous: null, from: null, why: "not confirmed in time" }],
    ],
    [
      "one of an older host",
      line("2026-11-22T04:00:00Z", "committed", "bbbb", "anna@desk", "0f"),
      [{ previous: null }],
    ],
    ["one that was torn by a power cut", "2026-11-22T04:", []],
    ["nothing", "", []],
  ])("%s", (_what, text, expected) => {
    expect(parseChange(text)).toMatchObject(expected);
    expect(parseChange(text)).toHaveLength(expected.length);
  });
});

describe("the generation that is meant", () => {
  const committed = (previous: string | null, generation: string): PastChange => ({
    ...{ time: "", outcome: "committed", owner: "anna@desk", from: null, why: null },
    ...{ previous, generation },
  });
  const history: HostHistory = {
    generation: "cc03",
    changes: [committed(null, "aa01"), committed("aa01", "ab02"), { ...committed("ab02", "dd04"), outcome: "rolled-back" }, committed("ab02", "cc03")], // prettier-ignore
    kept: ["aa01", "ab02", "cc03"],
  };

  test.each([
    ["aa01", "aa01"],
    ["ab", "ab02"],
    ["previous", "ab02"],
  ])("%s is %s", (wish, found) => expect(findGeneration(history, wish)).toBe(found));

  test.each([
    ["a", "ambiguous-generation"],
    ["dd04", "no-generation"],
    ["../../etc", "no-generation"],
  ])("%s is refused (%s), with what there is", (wish, code) => {
    expect(() => findGeneration(history, wish)).toThrow(
      expect.objectContaining({ code, help: "It keeps aa01, ab02." }),
    );
  });

  test("previous where nothing was before", () => {
    const first = { ...history, changes: [committed(null, "cc03")] };
    expect(() => findGeneration(first, "previous")).toThrow(expect.objectContaining({ code: "no-generation" }));
  });
});
