import { LineSplitter } from "../../../lib/remote/line-splitter";

function lines(bytes: Buffer, chunk: number): string[] {
  const seen: string[] = [];
  const splitter = new LineSplitter((line) => seen.push(line));
  for (let at = 0; at < bytes.length; at += chunk) splitter.push(bytes.subarray(at, at + chunk));
  splitter.end();
  return seen;
}

const text = "erste\r\nzweite ä€😀\n\nletzte ü";

// Property: the lines do not depend on where the chunks end, even inside a character.
test.each([1, 2, 3, 5, 7, 1000])("chunks of %d bytes give the same lines", (chunk) => {
  expect(lines(Buffer.from(text), chunk)).toEqual(["erste", "zweite ä€😀", "", "letzte ü"]);
});

test("a line end at the end is not another line", () => {
  expect(lines(Buffer.from("a\n"), 10)).toEqual(["a"]);
});
