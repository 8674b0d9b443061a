import type { Backend } from "../../../lib/model/policy";
import { compile } from "../../../lib/compile/compile";
import { commentOf, commentReader } from "../../../lib/render/comment";
import { render } from "../../../lib/render/render";
import { policyOf, rule } from "../../fixtures/policy";

const NASTY = `it's an "open" \\door\\ […] ${"long ".repeat(60)}`;

describe.each<Backend>(["nftables", "iptables"])("%s", (backend) => {
  const policy = policyOf({
    backend,
    zones: { ext: ["eth0"] },
    entries: [
      rule("accept", "ext", "host", { id: "nasty", services: ["tcp/22"], comment: NASTY }),
      ...Array.from({ length: 60 }, (_, at) => rule("accept", "ext", "host", { id: `many-${at}`, services: [`tcp/${at + 100}`], source: [`10.0.0.${at}`], comment: 'an "open" door' })), // prettier-ignore
    ],
  });
  const lines = Object.values(render(compile(policy), backend)).flatMap((text) => text.split("\n"));
  const read = commentReader(policy);

  test("every comment of a text is read back to its entry, or to the language", () => {
    const comments = lines.flatMap((line) => commentOf(line) ?? []);
    const found = new Set(
      comments.map(read).flatMap((one) => (one.kind === "entries" ? one.entries.map(({ origin }) => origin.path) : [])),
    );
    expect(found.size).toBe(61);
    expect(comments.map(read).filter(({ kind }) => kind === "other")).toEqual([]);
  });
});

test("two entries that comments can not tell apart are both told", () => {
  const twins = ["a", "b"].map((end) => rule("accept", "ext", "host", { id: `x/${end}/${"p".repeat(80)}`, services: ["tcp/22"], comment: "c".repeat(200) })); // prettier-ignore
  const policy = policyOf({ backend: "nftables", zones: { ext: ["eth0"] }, entries: twins });
  const { nftables = "" } = render(compile(policy), "nftables");
  const comments = nftables.split("\n").flatMap((line) => commentOf(line) ?? []);
  expect(comments.map(commentReader(policy)).find(({ kind }) => kind === "entries")).toMatchObject({ entries: twins });
});

test.each([
  ['tcp dport 22 counter accept comment "ssh [edge/a]"', { kind: "other", words: "ssh", path: "edge/a" }],
  ['-A X -m comment --comment "cdkfw: loopback" -j ACCEPT', { kind: "implicit", reason: "loopback" }],
  ['-A X -m comment --comment "free text" -j ACCEPT', { kind: "other", words: "free text" }],
])("%s", (line, expected) => {
  expect(commentReader(policyOf({}))(commentOf(line) ?? "")).toEqual(expected);
});
