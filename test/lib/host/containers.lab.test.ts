import { Lab, type LabHost } from "../../../lib/sandbox";
import { answers, deployContainers, eventually, OFFICE, WITH_IPV6, type Sent } from "../../fixtures/containers";
import { replaceTool, restoreTools, statusOf, teardown } from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";
import { BACKENDS } from "../render/on-host";

jest.setTimeout(240_000); // engines on a busy machine

/** The new engine drops, before anybody is asked, what goes from one network's container straight to another's. */
const DAEMON = { "20": WITH_IPV6, newest: { ...WITH_IPV6, "allow-direct-routing": true } };

/** What docker-fw did, on the oldest and the newest Docker, by both backends, over both families. */
describe.each(["20", "newest"] as const)("containers of Docker %s", (engine) => {
  let lab: Lab;
  let host: LabHost;
  const at: Record<string, string> = {};

  beforeAll(async () => {
    lab = await Lab.start({ hosts: [{ name: "dock", docker: { engine, daemon: DAEMON[engine] } }] });
    host = lab.host("dock");
    const { docker } = host;
    await Promise.all([lab.client.own(OFFICE.v4), lab.client.own(OFFICE.v6)]);
    await docker.command("network", "create", "--ipv6", "--subnet", "172.31.0.0/24", "--subnet", "fd31::/64", "six");
    await docker.command("network", "create", "--subnet", "172.32.0.0/24", "back");
    const six = ["--network", "six"];
    await docker.run("web", { tcp: [80, 81], udp: [53], options: ["-p", "8080:80", "-p", "8081:81", "-p", "5353:53/udp"] }); // prettier-ignore
    await docker.run("app", { tcp: [80, 81], options: ["-p", "80", "-p", "9081:81", "--label", "tier=front"] });
    await docker.run("db", { tcp: [80, 5432], options: ["--network", "back", "--label", "tier=db"] });
    const shop = ["--label", "com.docker.compose.project=shop", "--label", "com.docker.compose.service=front"];
    await docker.run("shop-front-1", { tcp: [80], udp: [53], options: [...six, ...shop, "-p", "7080:80", "-p", "7053:53/udp"] }); // prettier-ignore
    await docker.run("peer", { tcp: [80], options: [...six, "-p", "7081:80"] });
    await docker.command("network", "connect", "back", "peer");
    for (const name of ["web", "app", "db", "shop-front-1"]) at[name] = await docker.address(name);
    at["front6"] = await docker.address("shop-front-1", 6);
    at["peer6"] = await docker.address("peer", 6, "six");
    at["picked"] = (await docker.command("port", "app", "80/tcp")).split("\n")[0]?.split(":").at(-1) ?? "";
    await lab.respond(host, { tcp: [7000, 7001] });
    await lab.respond(lab.client, { tcp: [80, 443] });
  });
  afterAll(() => lab?.stop());

  const to = (by: string, name: string, port: number, proto: "tcp" | "udp" = "tcp"): Sent => {
    const addresses: Record<string, string> = {
      host: host.wanAddress,
      host6: host.wanAddress6,
      client: "198.51.100.200",
      client6: "2001:db8:1::200",
      ...at,
    };
    return { by, proto, dst: addresses[name] ?? name, port };
  };

  /** Each row: what is sent, and who answers. */
  async function expectAnswers(rows: readonly (readonly [Sent, string])[]) {
    const wanted = rows.map(([, answer]) => answer);
    const same = (got: readonly string[]) => JSON.stringify(got) === JSON.stringify(wanted);
    const sent = rows.map(([one]) => one);
    const got = await eventually(() => answers(lab, host, sent), same);
    const table = (list: readonly string[]) => list.map((answer, n) => `${JSON.stringify(sent[n])} → ${answer}`);
    expect(table(got)).toEqual(table(wanted));
  }

  describe.each(BACKENDS)("by %s", (backend) => {
    it("is closed where no rule names them: published or not, from outside, among themselves, towards the host", async () => {
      await deployContainers(host, backend, []);
      await expectAnswers([
        [to("stranger", "host", 8080), "refused"],
        [to("stranger", "host6", 8080), "refused"],
        [to("stranger", "host", 5353, "udp"), "refused"],
        [to("stranger", "host6", 7080), "refused"],
        [to("stranger", "host", 7080), "refused"],
        [to("app", "web", 80), "refused"],
        [to("app", "db", 5432), "refused"],
        [to("peer", "front6", 80), "refused"],
        [to("app", "host", 7000), "refused"],
        [to("app", "host", 8080), "refused"],
        [to("app", "client", 80), "refused"],
        [to("host", "web", 80), "web"],
      ]);
    });

    it("opens a published port by its number on the host, to addresses, over both families", async () => {
      await deployContainers(host, backend, [
        "forward: tcp/8080, from: ext, to: container web, source: office",
        "forward: [tcp/7080, udp/7053], from: ext, to: container shop/front",
        "forward: udp/5353, from: ext, to: container web",
      ]);
      await expectAnswers([
        [to("office", "host", 8080), "web"],
        [to("office", "host6", 8080), "web"],
        [to("stranger", "host", 8080), "refused"],
        [to("stranger", "host6", 8080), "refused"],
        [to("office", "host", 8081), "refused"],
        [to("stranger", "host", 7080), "shop-front-1"],
        [to("stranger", "host6", 7080), "shop-front-1"],
        [to("stranger", "host", 7053, "udp"), "shop-front-1"],
        [to("stranger", "host6", 7081), "refused"],
        [to("stranger", "host", 5353, "udp"), "web"],
      ]);
    });

    it("opens it to some source ports, and to what a raw match takes, by Docker's translation and by docker-proxy", async () => {
      const short = 'raw: { nftables: meta length 0-100, iptables: [-m, length, --length, "0:100"] }';
      const long = 'raw: { nftables: meta length 1000-2000, iptables: [-m, length, --length, "1000:2000"] }';
      await deployContainers(host, backend, [
        "forward: tcp/8080, from: ext, to: container web, sourcePorts: [4000-4100]",
        "forward: tcp/7081, from: ext, to: container peer, source: office, sourcePorts: [4000-4100]",
        `forward: tcp/7080, from: ext, to: container shop/front, ${short}`,
        `forward: tcp/8081, from: ext, to: container web, ${long}`,
      ]);
      await expectAnswers([
        [{ ...to("stranger", "host", 8080), sport: 4001 }, "web"],
        [{ ...to("stranger", "host6", 8080), sport: 4002 }, "web"],
        [{ ...to("stranger", "host", 8080), sport: 5001 }, "refused"],
        [{ ...to("stranger", "host6", 8080), sport: 5002 }, "refused"],
        [{ ...to("office", "host6", 7081), sport: 4003 }, "peer"],
        [{ ...to("office", "host6", 7081), sport: 5003 }, "refused"],
        [{ ...to("stranger", "host6", 7081), sport: 4004 }, "refused"],
        [to("stranger", "host", 7080), "shop-front-1"],
        [to("stranger", "host6", 7080), "shop-front-1"],
        [to("stranger", "host", 8081), "refused"],
        [to("stranger", "host6", 8081), "refused"],
      ]);
    });

    it("opens every published port of a container, those that Docker picked too, and nothing else", async () => {
      await deployContainers(host, backend, [
        "accept: published, from: ext, to: container app, source: office",
        "accept: published, from: ext, to: container shop/front",
        "accept: published, from: container app, to: container web",
      ]);
      await expectAnswers([
        [to("office", "host", Number(at["picked"])), "app"],
        [to("office", "host6", Number(at["picked"])), "app"],
        [to("office", "host", 9081), "app"],
        [to("stranger", "host", 9081), "refused"],
        [to("office", "host", 8080), "refused"],
        [to("stranger", "host6", 7080), "shop-front-1"],
        [to("stranger", "host6", 7053, "udp"), "shop-front-1"],
        [to("stranger", "host6", 7081), "refused"],
        [to("app", "web", 80), "web"],
        [to("app", "host", 8080), "web"],
        [to("peer", "host", 8080), "refused"],
      ]);
    });

    it("opens containers to one another by name, label and Compose service, on one bridge and over two", async () => {
      await deployContainers(host, backend, [
        "accept: tcp/80, from: container app, to: container web",
        "accept: tcp/5432, from: container tier=front, to: container tier=db",
        "accept: tcp/80, from: container peer, to: container shop/front",
        "accept: tcp/80, from: container peer, to: container db, sourcePorts: [4000-4100]",
      ]);
      await expectAnswers([
        [to("app", "web", 80), "web"],
        [to("app", "web", 81), "refused"],
        [to("web", "app", 80), "refused"],
        [to("app", "db", 5432), "db"],
        [to("app", "db", 80), "refused"],
        [to("web", "db", 5432), "refused"],
        [to("peer", "shop-front-1", 80), "shop-front-1"],
        [to("peer", "front6", 80), "shop-front-1"],
        [to("shop-front-1", "peer6", 80), "refused"],
        [{ ...to("peer", "db", 80), sport: 4001 }, "db"],
        [{ ...to("peer", "db", 80), sport: 5001 }, "refused"],
      ]);
    });

    it("opens the host and the outside to containers", async () => {
      await deployContainers(host, backend, [
        "accept: tcp/7000, from: container app, to: host",
        "accept: tcp/80, from: container app, to: ext",
        "accept: tcp/443, from: docker, to: ext",
        "accept: tcp/7001, from: container shop/front, to: host",
      ]);
      await expectAnswers([
        [to("app", "host", 7000), "dock"],
        [to("app", "host", 7001), "refused"],
        [to("web", "host", 7000), "refused"],
        [to("app", "client", 80), "client"],
        [to("web", "client", 80), "refused"],
        [to("web", "client", 443), "client"],
        [to("shop-front-1", "host6", 7001), "dock"],
        [to("shop-front-1", "host6", 7000), "refused"],
        [to("peer", "host6", 7001), "refused"],
        [to("shop-front-1", "client6", 443), "client"],
        [to("shop-front-1", "client6", 80), "refused"],
      ]);
    });

    it("lets a rule refuse some of it, and leaves an open zone to Docker", async () => {
      await deployContainers(host, backend, ["drop: all, from: container app, to: container web"], "open");
      await expectAnswers([
        [to("app", "web", 80), "refused"],
        [to("web", "app", 80), "app"],
        [to("stranger", "host", 8080), "web"],
        [to("stranger", "host6", 7080), "shop-front-1"],
        [to("app", "client", 80), "client"],
        [to("app", "db", 5432), "refused"],
        [to("app", "host", 7000), "refused"],
      ]);
    });

    it("opens for a container that comes later, and closes when it goes", async () => {
      await deployContainers(host, backend, ["forward: tcp/6060, from: ext, to: container late"]);
      await expectAnswers([[to("stranger", "host", 6060), "refused"]]);
      const warned = async () => (await statusOf(host)).warnings?.map(({ message }) => message).join() ?? "";
      expect(await warned()).toContain("No container `late` runs");
      await host.docker.run("late", { options: ["-p", "6060:80"] });
      await expectAnswers([[to("stranger", "host", 6060), "late"]]);
      expect(await warned()).not.toContain("No container");
      await host.docker.command("rename", "late", "other");
      await expectAnswers([[to("stranger", "host", 6060), "refused"]]);
      await host.docker.command("rename", "other", "late");
      await expectAnswers([[to("stranger", "host", 6060), "late"]]);
      await host.docker.command("rm", "-f", "late");
      expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
    });
  });

  it("takes its table of the bridges away with a teardown, also where a crash has made it forget that it is there", async () => {
    const tables = async () => mustExec(host, "nft list tables");
    await deployContainers(host, "nftables", ["accept: tcp/80, from: container app, to: container web"]);
    expect(await tables()).toContain("table bridge cdkfw");
    await mustExec(host, "rm /run/cdkfw/seats");
    await teardown(host);
    expect(await tables()).not.toContain("cdkfw");
  });

  it("does not put its table of the bridges back while a teardown takes it away", async () => {
    await deployContainers(host, "nftables", ["accept: tcp/80, from: container app, to: container web"]);
    // The watcher looks every second.
    await replaceTool(
      host,
      "nft",
      'real "$@"; end=$?; case "$*" in "delete table bridge"*) sleep 3 ;; esac; exit $end',
    );
    await teardown(host);
    await restoreTools(host);
    expect(await mustExec(host, "nft list tables")).not.toContain("cdkfw");
  });

  it("lets nobody who hangs in the middle of filling the sets keep rules from coming and going", async () => {
    await deployContainers(host, "nftables", ["accept: tcp/80, from: container app, to: container web"]);
    await mustExec(host, "flock /run/cdkfw/live.lock sleep 600 </dev/null >/dev/null 2>&1 & echo $! >/run/hangs");
    await deployContainers(host, "nftables", ["accept: tcp/81, from: container app, to: container web"]);
    await expectAnswers([
      [to("app", "web", 81), "web"],
      [to("app", "web", 80), "refused"],
    ]);
    await teardown(host);
    expect(await mustExec(host, "nft list tables")).not.toContain("cdkfw");
    await mustExec(host, "pkill -P $(cat /run/hangs); rm /run/hangs");
  });
});
