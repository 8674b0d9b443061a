import { compile } from "../../../../lib/compile/compile";
import { isMeantBy, parseContainers } from "../../../../lib/deploy/containers/container";
import { absentContainers, rulesNaming } from "../../../../lib/deploy/containers/declared-rules";
import { parseChanges } from "../../../../lib/deploy/containers/host-containers";
import { containerOfWords } from "../../../../lib/model/containers";
import { parsePolicyFile } from "../../../../lib/model/parse-policy";
import { eachLiveSet, renderWatched } from "../../../../lib/render/live-sets";

const [web] = parseContainers([
  "D\tn1\tbridge",
  "D\tn2\tmacvlan",
  "C\tc1\t42\t/web\tbridge",
  "N\tc1\tn1\tbridge\t172.17.0.2\t-\t02:42",
  "N\tc1\tn2\tlan\t-\tfd00::2\t02:43",
  "P\tc1\t80/tcp\t8080\t0.0.0.0",
  "P\tc1\t80/tcp\t8080\t::",
  "P\tc1\t53/udp\t5353\t127.0.0.1",
  'L\tc1\t"tier"\t"a=b \\u003c\\"c\\""',
  'L\tc1\t"com.docker.compose.project"\t"shop"',
  'L\tc1\t"com.docker.compose.service"\t"web"',
  "S\tc1\trunning\t\tprivate",
]);

test("a container, as the lines of the runtime tell of it", () => {
  expect(web).toMatchObject({
    name: "web",
    state: "running",
    networks: [
      { name: "bridge", driver: "bridge", v4: "172.17.0.2", v6: null },
      { name: "lan", driver: "macvlan", v4: null, v6: "fd00::2" },
    ],
    published: [
      { port: "tcp/80", hostPort: 8080, at: null },
      { port: "udp/53", hostPort: 5353, at: "127.0.0.1" },
    ],
    needs: [],
  });
});

test.each([
  ["container web", true],
  ["container we", false],
  ["container tier=*", true],
  ['container tier=a=b <"c"', true],
  ["container tier=a", false],
  ["container rank=*", false],
  ["container shop/web", true],
  ["container shop/db", false],
])("%s is meant: %s", (words, expected) => {
  const select = containerOfWords(words);
  if (web === undefined || select === undefined) throw new Error("nothing to compare");
  expect(isMeantBy(web, select)).toBe(expected);
});

const [policy] = parsePolicyFile(
  [
    "host: dock",
    "zones: { ext: wan0, docker: { containers: closed } }",
    "entries:",
    "  - { accept: tcp/80, from: container web, to: container tier=db }",
    "  - { accept: published, from: ext, to: container shop/db }",
    "  - { accept: tcp/53, from: container app=*, to: host }",
  ].join("\n"),
  "p.yaml",
);

test("who a rule names is told with it, and whom it waits for", () => {
  if (policy === undefined || web === undefined) throw new Error("no policy");
  expect(rulesNaming(policy, web)).toEqual([
    {
      words: "accept      tcp/80  container web → container tier=db",
      place: expect.stringContaining("p.yaml:4") as string,
    },
  ]);
  expect(absentContainers(policy, [web]).map(({ container, rules }) => `${container} ${rules.length}`)).toEqual([
    "container tier=db 1",
    "container shop/db 1",
    "container app=* 1",
  ]);
});

test("what the watcher would change is told in the words of the rules, for every set that they have", () => {
  if (policy === undefined) throw new Error("no policy");
  const ruleset = compile(policy);
  const watched = renderWatched(ruleset).split("\n").filter((line) => line.startsWith("select")); // prettier-ignore
  const sets = eachLiveSet(ruleset);
  const changes = parseChanges(watched, sets.map(({ name }, n) => `${n % 2 ? "+" : "-"}\t${name}\t192.0.2.1,tcp:80`)); // prettier-ignore
  expect(changes).toHaveLength(sets.length);
  const named = ["container app=*", "container shop/db", "container tier=db", "container web"];
  expect([...new Set(changes.map((change) => ("of" in change ? change.of : "")))].sort()).toEqual(named);
  expect(parseChanges([], ["jumps", "bridge\tbr-1", "+\tlive-abc-a4\t192.0.2.1", "news"])).toEqual([
    { kind: "jumps" },
    { kind: "bridge", bridge: "br-1" },
  ]);
});
