import { parseContainers } from "../../../../lib/deploy/containers/container";
import { startOrder } from "../../../../lib/deploy/containers/start-order";

const SHOP = "com.docker.compose.project\tshop";

/** Containers as lines of the runtime: each by its name, its state, and more lines without their id. */
function host(...containers: readonly (readonly [name: string, state: string, ...lines: string[]])[]) {
  return parseContainers(
    containers.flatMap(([name, state, ...lines], n) => {
      const id = `abcdef0${n}`;
      const network = lines.find((line) => line.startsWith("network "))?.slice("network ".length) ?? "default";
      const pid = lines.find((line) => line.startsWith("pid "))?.slice("pid ".length) ?? "";
      const rest = lines.filter((line) => /^[A-Z]\t/.test(line)).map((line) => line.replace("\t", `\t${id}\t`));
      return [`C\t${id}\t0\t/${name}\t${network}`, `S\t${id}\t${state}\t${pid}\tprivate`, ...rest];
    }),
  );
}

const label = (key: string, value: string) => `L\t${JSON.stringify(key)}\t${JSON.stringify(value)}`;
const service = (name: string, needs = "") => [
  label(...(SHOP.split("\t") as [string, string])),
  label("com.docker.compose.service", name),
  ...(needs === "" ? [] : [label("com.docker.compose.depends_on", needs)]),
];

const LINKED = host(["web", "exited", "R\tlink\t/db:/web/store"], ["db", "created"]);
const VOLUMES = host(["web", "exited", "R\tvolumes\tdata:ro"], ["data", "exited"]);
const SHARED = host(["web", "exited", "network container:abcdef01"], ["vpn", "exited"], ["log", "exited", "pid container:abcdef00"]); // prettier-ignore
const COMPOSE = host(
  ["shop-web-1", "exited", ...service("web", "db:service_healthy:true,cache:service_started:false,gone:x")],
  ["shop-cache-1", "paused", ...service("cache")],
  ["shop-db-1", "exited", ...service("db", "cache")],
  ["shop-db-2", "running", ...service("db", "cache")],
);

/** `start db (web is linked to it)`: what would be done, in its order; or the error. */
function told(containers: ReturnType<typeof host>, names: string[], pull: boolean): string[] | string {
  try {
    return startOrder(containers, names, pull).map(
      ({ container, action, because }) => `${action} ${container.name}${because === undefined ? "" : ` (${because})`}`,
    );
  } catch (error) {
    return (error as Error).message;
  }
}

test.each([
  ["one alone", VOLUMES, "data", false, ["start data"]],
  ["in the order of the command line, where there is no other", VOLUMES, "data web data", false, ["start data", "start web"]], // prettier-ignore
  ["by the beginning of its id", VOLUMES, "abcdef01", false, ["start data"]],
  ["after what it is linked to", LINKED, "web db", false, ["start db", "start web"]],
  ["with what it is linked to", LINKED, "web", true, ["start db (web is linked to it)", "start web"]],
  ["not without what it is linked to", LINKED, "web", false, "`db` does not run, and `web` is linked to it"],
  ["after whose volumes it has", VOLUMES, "web data", false, ["start data", "start web"]],
  ["also where those do not run: Docker needs only their volumes", VOLUMES, "web", false, ["start web"]],
  ["after whose network, and whose processes, it shares", SHARED, "log web vpn", false, ["start vpn", "start web", "start log"]], // prettier-ignore
  ["with these", SHARED, "log", true, ["start vpn (web shares its network)", "start web (log shares its processes)", "start log"]], // prettier-ignore
  [
    "after the services that it depends on, all of each; those that run or are paused in their place",
    COMPOSE,
    "shop-web-1",
    true,
    [
      "unpause shop-cache-1 (shop-db-1 depends on it)",
      "start shop-db-1 (shop-web-1 depends on it)",
      "runs shop-db-2 (shop-web-1 depends on it)",
      "start shop-web-1",
    ],
  ],
  ["no service that is not asked for", COMPOSE, "shop-web-1", false, ["start shop-web-1"]],
  ["none that is not there", LINKED, "dv", false, "the host has no container `dv`"],
  ["none by a beginning that two ids have", LINKED, "abcdef0", false, "the host has no container `abcdef0`"],
  [
    "no circle",
    host(["a", "exited", "R\tvolumes\tb"], ["b", "exited", "R\tvolumes\tc"], ["c", "exited", "R\tvolumes\tb"]),
    "a",
    true,
    "these containers need one another in a circle: b → c → b",
  ],
])("%s", (_, containers, names, pull, expected) => {
  expect(told(containers, names.split(" "), pull)).toEqual(expected);
});
