import { parseLine, parseReply, told } from "../../../lib/deploy/protocol";

describe("a line of the runtime, found by its token", () => {
  test.each([
    ["@cdkfw:t step lock", { keyword: "step", rest: "lock" }],
    ["@cdkfw:t end 0\r", { keyword: "end", rest: "0" }],
    ["@cdkfw:t lonely", { keyword: "lonely", rest: "" }],
    ["@cdkfw:t line   two  blanks ", { keyword: "line", rest: "  two  blanks " }],
    ["noise without a line's end@cdkfw:t state none", { keyword: "state", rest: "none" }],
    ["\u001b[31mred@cdkfw:t state none", { keyword: "state", rest: "none" }],
    ["@cdkfw:t last 2026\tcommitted\tid", { keyword: "last", rest: "2026\tcommitted\tid" }],
    ["@cdkfw:t error \u001b[2J\u0007gone\u009b", { keyword: "error", rest: "[2Jgone" }],
    ["Welcome to @cdkfw", undefined],
    ["@cdkfw:- end 0", undefined],
    ["@cdkfw:tt end 0", undefined],
    ["@cdkfw:t", undefined],
    ["", undefined],
  ])("%j", (line, said) => {
    expect(parseLine(line, "t")).toEqual(said);
  });
});

describe("a reply", () => {
  test.each([
    ["motd\n@cdkfw:t result applied\n@cdkfw:t end 0\n", 0],
    ["@cdkfw:t error x\n@cdkfw:t end 3", 3],
    ["@cdkfw:t result applied\n", undefined],
    ["@cdkfw:t end \n", undefined],
    ["@cdkfw:t end 0x1\n", undefined],
    ["@cdkfw:other end 0\n", undefined],
    ["", undefined],
  ])("%j ends with %s", (stdout, end) => {
    expect(parseReply(stdout, "t").end).toBe(end);
  });

  test("the first line of a keyword counts", () => {
    const reply = parseReply("@cdkfw:t a 1\n@cdkfw:t b 2\n@cdkfw:t a 3\n", "t");
    expect([told(reply, "a"), told(reply, "b"), told(reply, "c")]).toEqual(["1", "2", undefined]);
  });
});
