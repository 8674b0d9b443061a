import { compile } from "../../../lib/compile/compile";
import { parsePolicyFile } from "../../../lib/model/parse-policy";
import { renderWatched } from "../../../lib/render/live-sets";
import { chainOf } from "./rule-text";

function compiled(containers: string, ...entries: string[]) {
  const head = `host: h\nzones: { ext: wan0, docker: { interfaces: docker0, containers: ${containers} } }\nentries:\n`;
  const [policy] = parsePolicyFile(head + entries.map((entry) => `  - { ${entry} }\n`).join(""), "h.yaml");
  if (policy === undefined) throw new Error("no policy");
  return compile(policy);
}

describe("rules with containers", () => {
  const ruleset = compiled(
    "closed",
    "forward: tcp/8080, from: ext, to: container web",
    "accept: published, from: ext, to: container app=x",
    "accept: tcp/80, from: container web, to: container app=x",
    "accept: tcp/22, from: container web, to: host",
  );
  test.each<[string, string[]]>([
    [
      "forward/ext/docker",
      [
        "forwarded & destination container web & tcp asked 8080-8080 → accept",
        "forwarded & destination container app=x & published container port of container app=x → accept",
      ],
    ],
    [
      "input/ext",
      [
        "tcp destination 8080-8080 & published host port of container web → accept",
        "published host port of container app=x → accept",
      ],
    ],
    ["forward/docker/docker", ["source container web & destination container app=x & tcp destination 80-80 → accept"]],
    ["input/docker", ["source container web & tcp destination 22-22 → accept"]],
  ])("%s", (name, rules) => expect(chainOf(ruleset, name)).toEqual(rules));

  it("are watched for: each container once, with the sets that rules ask", () => {
    expect(renderWatched(ruleset).replace(/[0-9a-f]{12}/g, "KEY")).toBe(
      'select\tKEY\tach\tlabel\t"app"\t"x"\nselect\tKEY\tah\tname\tweb\nbridge\tdocker0\n',
    );
  });
});

test("links are told with both ends, each once, also where no packet is left for the rule", () => {
  const ruleset = compiled(
    "closed",
    "accept: all, from: container web, to: docker",
    "accept: tcp/80, from: container web, to: container db, link: true",
    "accept: tcp/81, from: container web, to: container db, link: db",
    "accept: tcp/82, from: container web, to: container db, link: sql",
  );
  const keys = new Map<string, string>();
  const text = renderWatched(ruleset).replace(/[0-9a-f]{12}/g, (key) => {
    if (!keys.has(key)) keys.set(key, `KEY${keys.size}`);
    return keys.get(key) ?? "";
  });
  const lines = ["select\tKEY0\ta\tname\tdb", "select\tKEY1\ta\tname\tweb", "link\tKEY1\tKEY0\tdb", "link\tKEY1\tKEY0\tsql", "bridge\tdocker0"]; // prettier-ignore
  expect(text.trim().split("\n")).toEqual(lines);
});

describe("a zone of containers", () => {
  const leaving = (containers: string) =>
    chainOf(compiled(containers, "accept: ssh, from: ext, to: host"), "forward")?.filter((one) =>
      one.endsWith("leave"),
    );
  it("refuses what no rule decides", () => expect(leaving("closed")).toEqual([]));
  it("leaves it to Docker where it is open", () => {
    expect(leaving("open")).toEqual(["in docker0 → leave", "out docker0 → leave"]);
  });
});
