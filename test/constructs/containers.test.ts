import { Host, type ForwardProps, type RuleProps } from "../../constructs";
import { hostPolicy } from "../../lib/model/policy";
import { entryInWords } from "../../lib/model/words";
import { edge, expectFindings, told, type Edge } from "./harness";

const withDocker = (declare: (made: Edge) => void) => (made: Edge) => {
  made.host.addContainerZone("docker");
  declare(made);
};

function wordsOf(declare: (made: Edge) => void): string {
  const made = edge();
  withDocker(declare)(made);
  expect(told(made.fleet)).toEqual([]);
  const policy = made.fleet.policies().find(({ host }) => host === "web-1");
  expect(hostPolicy.parse(policy)).toEqual(policy);
  const entry = policy?.entries.at(-1);
  return entry === undefined ? "" : entryInWords(entry).replace(/ {2,}/g, "  ");
}

describe("an entry names containers", () => {
  test.each<[string, (made: Edge) => void, string]>([
    [
      "by name",
      ({ host }) => host.allow({ from: "ext", to: host.container("web"), service: "tcp/80" }),
      "accept  tcp/80  ext → container web",
    ],
    [
      "by label, and as a service of Compose",
      ({ host }) =>
        host.allow({
          from: host.container({ label: "app=x" }),
          to: host.container({ project: "shop", service: "db" }),
        }),
      "accept  all services  container app=x → container shop/db",
    ],
    [
      "by a label with whatever value",
      ({ host }) => host.drop({ from: host.container({ label: "app" }), to: "ext" }),
      "drop  all services  container app=* → ext",
    ],
    [
      "in words",
      ({ host }) => host.allow({ from: "container app=x", to: "container shop/db" }),
      "accept  all services  container app=x → container shop/db",
    ],
    [
      "that Docker forwards to",
      ({ host }) => host.forward({ from: "ext", service: "https", to: host.container("web"), source: "203.0.113.7" }),
      "forward  https  ext → container web  from 203.0.113.7",
    ],
    [
      "that finds another one by its name",
      ({ host }) => host.allow({ from: host.container("web"), to: "container shop/db", service: "tcp/80", link: true }),
      "accept  tcp/80  container web → container shop/db  link db",
    ],
    [
      "that finds others by a name of one's own",
      ({ host }) => host.allow({ from: "container web", to: "container tier=db", link: "db.internal" }),
      "accept  all services  container web → container tier=db  link db.internal",
    ],
    [
      "with all of their published ports",
      ({ host }) => host.allow({ from: "ext", to: host.container("web"), published: true }),
      "accept  published ports  ext → container web",
    ],
  ])("%s", (_what, declare, words) => expect(wordsOf(declare)).toBe(words));
});

const allow = (props: Record<string, unknown>) =>
  withDocker(({ host }) => host.allow({ from: "ext", to: "host", ...props } as RuleProps));
const forward = (props: Record<string, unknown>) =>
  withDocker(({ host }) =>
    host.forward({ from: "ext", service: "https", to: "container web", ...props } as ForwardProps),
  );

describe("of containers it is told", () => {
  test.each<[string, (made: Edge) => void, string]>([
    [
      "that no zone has them",
      ({ host }) => host.allow({ from: "ext", to: host.container("web") }),
      "has no zone of containers",
    ],
    ["that a name can not be", allow({ to: "container .web" }), "`.web` is no name of a container"],
    ["that a label can not be", allow({ to: 'container a"b=c' }), "is no label of containers"],
    ["that a project can not be", allow({ to: "container /web" }), "is no project of Compose"],
    [
      "that it is another host's",
      withDocker(({ fleet, host }) => host.allow({ from: "ext", to: new Host(fleet, "two").container("web") })),
      "the container web belongs to the host `two`",
    ],
    [
      "that addresses are named, too",
      allow({ to: "container web", destination: "10.0.0.5" }),
      "the destination is the container web and `10.0.0.5` at once",
    ],
    ["that only containers publish ports", allow({ published: true }), "only containers have published ports"],
    [
      "that it is every port or some",
      allow({ to: "container web", published: true, service: "https" }),
      "`published` opens every published port, and the services `https` are named, too",
    ],
    ["that Docker translates the port", forward({ port: 8443 }), "a port forward to a container has no `port`"],
    ["that Docker publishes no protocols", forward({ service: "icmp" }), "`icmp` has parts without ports"],
    [
      "that a label is no name",
      allow({ from: "container web", to: "container tier=db", link: true }),
      "`container tier=db` has no name of its own for a link",
    ],
    [
      "that a link is no name",
      allow({ from: "container a1", to: "container b1", link: "a b" }),
      "`link` may not be `a b`",
    ],
    ["that only containers are linked", allow({ to: "container web", link: true }), "only containers can be linked"],
    [
      "that a link accepts",
      withDocker(({ host }) => host.drop({ from: "container a1", to: "container b1", link: true })),
      "a rule that does not accept has the link `b1`",
    ],
    [
      "that one name leads to two",
      withDocker(({ host }) => {
        host.allow({ from: "container a1", to: "container b1", link: "x" });
        host.allow({ from: "container a1", to: "container c1", link: "x" });
      }),
      "the container a1 finds two containers as `x`, the first one at",
    ],
    ["that it names no service", forward({ service: "all" }), "names no service"],
  ])("%s", (_what, declare, words) => expectFindings(declare, [words]));
});
