import { warningsOf } from "../../../lib/deploy/host-warnings";
import { parseReply } from "../../../lib/deploy/protocol";

const told = (...lines: string[]) =>
  warningsOf(parseReply(lines.map((line) => `@cdkfw:t warning ${line}\n`).join(""), "t")).map(
    ({ message, help }) => `${message} | ${help}`,
  );

test.each([
  [
    ["refuses input ufw policy ip filter INPUT", "refuses input ufw policy ip6 filter INPUT"],
    [
      /^`ip filter INPUT`, `ip6 filter INPUT` of ufw refuses, by its policy, packets towards the host .*ufw disable.*iptables/,
    ],
  ],
  [
    ["refuses input ufw policy ip filter INPUT", "refuses forward ufw policy ip filter FORWARD"],
    [/towards the host/, /through the host/],
  ],
  [["refuses forward - rule inet mine last"], [/^`inet mine last` of somebody refuses, by its last rule, [^"]*$/]],
  [["not-passing"], [/Docker's FORWARD .* Deploy again/]],
  [["some-news of tomorrow", "refuses sideways x policy y"], []],
])("%j", (lines, expected) => {
  const words = told(...lines);
  expect(words).toHaveLength(expected.length);
  expected.forEach((pattern, index) => expect(words[index]).toMatch(pattern));
});
