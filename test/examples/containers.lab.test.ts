import { RootConstruct } from "constructs";
import { Inventory } from "../../constructs";
import { readBundle } from "../../lib/bundle/read";
import { deployHost } from "../../lib/deploy/handshake";
import { Lab, type LabHost } from "../../lib/sandbox";
import { containerFleet } from "../../examples/containers/fleet";
import { answers, eventually, type Sent } from "../fixtures/containers";
import { bundleOf } from "../fixtures/deployment";

jest.setTimeout(240_000); // engines on a busy machine

/** The example, on a host whose containers are those that its README starts. */
describe.each(["20", "newest"] as const)("examples/containers on Docker %s", (engine) => {
  let lab: Lab;
  let host: LabHost;
  const at: Record<string, string> = {};

  const OFFICE = "203.0.113.7";
  const MONITOR = "198.51.100.9";
  const MAIL_HUB = "198.51.100.25";

  beforeAll(async () => {
    lab = await Lab.start({ hosts: [{ name: "dock-1", docker: { engine } }] });
    host = lab.host("dock-1");
    const { docker } = host;
    for (const address of [OFFICE, MONITOR, MAIL_HUB]) await lab.client.own(address);
    await docker.command("network", "create", "shop_default");
    const shop = (service: string) => [
      ...["--network", "shop_default", "--network-alias", service],
      ...["--label", "com.docker.compose.project=shop", "--label", `com.docker.compose.service=${service}`],
    ];
    await docker.run("shop-front-1", { tcp: [8443], options: [...shop("front"), "-p", "443:8443"] });
    await docker.run("shop-api-1", { tcp: [8000], options: shop("api") });
    await docker.run("shop-db-1", { tcp: [5432], options: shop("db") });
    await docker.run("exporter", { tcp: [9187], options: ["--network", "shop_default", "-p", "9187:9187"] });
    await docker.run("worker", { tcp: [80] });
    await docker.run("cache", { tcp: [6379] });
    await docker.run("admin", { tcp: [80, 81], options: ["--label", "tier=tools", "-p", "8080:80", "-p", "81"] });
    for (const name of ["shop-front-1", "shop-api-1", "shop-db-1", "cache"]) at[name] = await docker.address(name);
    at["picked"] = (await docker.command("port", "admin", "81/tcp")).split("\n")[0]?.split(":").at(-1) ?? "";
    await lab.respond(host, { tcp: [9100] });
    await lab.respond(lab.client, { tcp: [25, 80] });

    const [policy] = containerFleet(new RootConstruct(), Inventory.fromFile(lab.inventoryFile)).policies();
    if (policy === undefined) throw new Error("no policy");
    const outcome = await deployHost(readBundle(bundleOf(policy).folder), { connection: { configFile: null } });
    expect(outcome).toMatchObject({ outcome: "committed" });
  });
  afterAll(() => lab?.stop());

  const outside = (src: string, port: number): Sent => ({ by: "stranger", proto: "tcp", dst: host.wanAddress, src, port }); // prettier-ignore
  const inside = (by: string, to: string, port: number): Sent => ({ by, proto: "tcp", dst: at[to] ?? to, port });
  const STRANGER = "198.51.100.200";

  test("says who answers whom", async () => {
    const rows: readonly (readonly [Sent, string])[] = [
      [outside(STRANGER, 443), "shop-front-1"],
      [outside(STRANGER, 8080), "refused"],
      [outside(OFFICE, 8080), "admin"],
      [outside(OFFICE, Number(at["picked"])), "admin"],
      [outside(OFFICE, 9187), "refused"],
      [outside(MONITOR, 9187), "exporter"],
      [inside("shop-front-1", "shop-api-1", 8000), "shop-api-1"],
      [inside("shop-front-1", "shop-db-1", 5432), "refused"],
      [inside("shop-api-1", "shop-db-1", 5432), "shop-db-1"],
      [inside("exporter", "shop-db-1", 5432), "shop-db-1"],
      [inside("worker", "cache", 6379), "cache"],
      [inside("admin", "cache", 6379), "refused"],
      [inside("worker", host.wanAddress, 9100), "dock-1"],
      [inside("admin", host.wanAddress, 9100), "refused"],
      [inside("worker", MAIL_HUB, 25), "client"],
      [inside("admin", MAIL_HUB, 25), "refused"],
      [inside("worker", STRANGER, 80), "refused"],
    ];
    const table = (list: readonly string[]) => rows.map(([one], n) => `${JSON.stringify(one)} → ${list[n] ?? ""}`);
    const wanted = table(rows.map(([, answer]) => answer));
    const ask = async () => table(await answers(lab, host, rows.map(([one]) => one))); // prettier-ignore
    expect(await eventually(ask, (got) => got.join() === wanted.join())).toEqual(wanted);
  });

  test("lets the worker find the cache by its name", async () => {
    const script = 'import socket; print(socket.gethostbyname("cache"))';
    const ask = () => host.docker.command("exec", "worker", "/usr/bin/python3", "-c", script);
    expect(await eventually(ask, (answer) => answer === at["cache"])).toBe(at["cache"]);
  });
});
