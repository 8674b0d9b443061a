import { compile } from "../../../../lib/compile/compile";
import { renderNftables } from "../../../../lib/render/nftables/render";
import { policyOf, rule } from "../../../fixtures/policy";

function textOf(...services: string[]): string {
  const entries = services.map((service) => rule("accept", "ext", "host", { services: [service] }));
  return renderNftables(compile(policyOf({ backend: "nftables", entries }))).nftables;
}

it.each([
  ["one port", "tcp/443", "tcp dport 443 counter"],
  ["one range", "tcp/8000-8010", "tcp dport 8000-8010 counter"],
  ["several ports", "tcp/80,443", "tcp dport { 80, 443 } counter"],
  ["ports with a range among them", "tcp/80,8000-8010", "tcp dport @ports-0 counter"],
])("%s", (_, service, words) => {
  expect(textOf(service)).toContain(words);
});

it("makes one set of a list, before the rules that look into it", () => {
  const text = textOf("tcp/80,8000-8010", "udp/80,8000-8010", "udp/1,8000-8010");
  expect(text.match(/set ports-\d+ \{/g)).toHaveLength(2);
  expect(text).toContain("elements = { 80, 8000-8010 }");
  expect(text.indexOf("set ports-1")).toBeLessThan(text.indexOf("chain "));
});
