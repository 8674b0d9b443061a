import { notesOf, warningsOf } from "../../../lib/deploy/host-warnings";
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
  [["docker rootless"], [/Docker runs without root.* closed/]],
  [["docker podman"], [/is Podman's/]],
  [["watcher"], [/watcher of containers does not run/]],
  [["repaired 2"], [/put back 2 times/]],
  [["docker silent"], [/^Docker runs and does not answer/]],
  [["container absent tier=db"], [/^No container `tier=db` runs: its rules are closed/]],
  [["container unseen web"], [/^The container `web` has no network that netfilter sees/]],
  [["container lost web", "docker drunk"], []],
  [["some-news of tomorrow", "refuses sideways x policy y"], []],
])("%j", (lines, expected) => {
  const words = told(...lines);
  expect(words).toHaveLength(expected.length);
  expected.forEach((pattern, index) => expect(words[index]).toMatch(pattern));
});

test.each([
  [
    "container several app,db tier=a b",
    ["2 containers have the label `tier=a b`, and its rules are for each: app and db"],
  ],
  ["container lost web", []],
  ["news of tomorrow", []],
])("note %s", (line, expected) => {
  expect(notesOf(parseReply(`@cdkfw:t note ${line}\n`, "t"))).toEqual(expected);
});
