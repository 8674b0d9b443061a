import { Lab } from "../../../lib/sandbox";
import { answers, deployContainers, eventually, WITH_IPV6, type Sent } from "../../fixtures/containers";

jest.setTimeout(240_000); // engines on a busy machine

/** What the daemon is told not to do, and by which all of it still has to hold. */
const DAEMONS = {
  icc: { icc: false },
  proxy: { "userland-proxy": false },
  rules: { iptables: false, ip6tables: false },
};

const ENTRIES = [
  "forward: tcp/8080, from: ext, to: container web, source: office",
  "forward: tcp/7080, from: ext, to: container six",
  "accept: tcp/80, from: container app, to: container web",
  "accept: published, from: container app, to: container web",
  "accept: tcp/7000, from: container app, to: host",
];

describe.each([
  { engine: "20", backend: "iptables" },
  { engine: "newest", backend: "nftables" },
] as const)("daemons of Docker $engine, by $backend", ({ engine, backend }) => {
  let lab: Lab;

  beforeAll(async () => {
    const hosts = Object.entries(DAEMONS).map(([name, daemon]) => ({
      name,
      docker: { engine, daemon: { ...WITH_IPV6, ...daemon } },
    }));
    lab = await Lab.start({ hosts });
    await Promise.all([lab.client.own("203.0.113.7"), lab.client.own("2001:db8:7::7")]);
    for (const host of lab.hosts) {
      await host.docker.command("network", "create", "--ipv6", "--subnet", "172.31.0.0/24", "--subnet", "fd31::/64", "six"); // prettier-ignore
      await host.docker.run("web", { tcp: [80, 81], options: ["-p", "8080:80", "-p", "8081:81"] });
      await host.docker.run("app");
      await host.docker.run("six", { options: ["--network", "six", "-p", "7080:80"] });
      await lab.respond(host, { tcp: [7000, 7001] });
      await deployContainers(host, backend, ENTRIES);
    }
  });
  afterAll(() => lab?.stop());

  test.each(Object.keys(DAEMONS) as (keyof typeof DAEMONS)[])("%s off", async (name) => {
    const host = lab.host(name);
    const to = (by: string, dst: string, port: number): Sent => ({ by, proto: "tcp", dst, port });
    const web = await host.docker.address("web");
    // IPv6 to a container that has none is docker-proxy's.
    const proxied = name === "proxy" ? "refused" : "web";
    const rows: [Sent, string][] = [
      [to("office", host.wanAddress, 8080), "web"],
      [to("office", host.wanAddress6, 8080), proxied],
      [to("stranger", host.wanAddress, 8080), "refused"],
      [to("stranger", host.wanAddress6, 8080), "refused"],
      [to("office", host.wanAddress, 8081), "refused"],
      [to("office", host.wanAddress6, 8081), "refused"],
      [to("stranger", host.wanAddress, 7080), "six"],
      [to("stranger", host.wanAddress6, 7080), "six"],
      [to("app", web, 80), "web"],
      [to("app", web, 81), "web"],
      [to("app", host.wanAddress, 8080), "web"],
      [to("six", host.wanAddress, 8080), "refused"],
      [to("web", await host.docker.address("app"), 80), "refused"],
      [to("app", host.wanAddress, 7000), name],
      [to("app", host.wanAddress, 7001), "refused"],
      [to("web", host.wanAddress, 7000), "refused"],
    ];
    const told = (list: readonly string[]) => list.map((answer, n) => `${JSON.stringify(rows[n]?.[0])} → ${answer}`);
    const wanted = told(rows.map(([, answer]) => answer));
    const ask = async () => told(await answers(lab, host, rows.map(([sent]) => sent))); // prettier-ignore
    expect(await eventually(ask, (got) => got.join() === wanted.join())).toEqual(wanted);
  });
});
