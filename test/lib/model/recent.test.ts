import { withRecent } from "../../../lib/model/recent";

it("answers a text that was asked for before with the same object", () => {
  const read = withRecent((text) => ({ text }));
  expect(read("10.0.0.0/8")).toBe(read("10.0.0.0/8"));
  expect(read("10.0.0.0/8")).not.toBe(read("10.0.0.0/9"));
});

it("does not grow without bound: of very many texts, the first ones are read again", () => {
  let asked = 0;
  const read = withRecent((text) => {
    asked++;
    return { text };
  });
  for (let number = 0; number <= 10_000; number++) read(String(number));
  expect(asked).toBe(10_001);
  expect(read("10000")).toEqual({ text: "10000" });
  expect(asked).toBe(10_001);
  expect(read("0")).toEqual({ text: "0" });
  expect(asked).toBe(10_002);
});

it("keeps nothing of a text that can not be read", () => {
  let asked = 0;
  const read = withRecent((text): object => {
    asked++;
    throw new RangeError(text);
  });
  expect(() => read("x")).toThrow("x");
  expect(() => read("x")).toThrow("x");
  expect(asked).toBe(2);
});
