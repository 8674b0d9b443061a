import { Lab, type LabHost } from "../../lib/sandbox";

const table = [
  { engine: "20", init: "sshd" },
  { engine: "newest", init: "systemd" },
] as const;

describe.each(table)("a host with Docker $engine and $init", ({ engine, init }) => {
  let lab: Lab;
  let host: LabHost;

  beforeAll(async () => {
    lab = await Lab.start({ hosts: [{ name: "dock", init, docker: { engine, daemon: { labels: ["of=lab"] } } }] });
    host = lab.host("dock");
    await host.docker.run("web", { udp: [53], options: ["-p", "8080:80", "-p", "5353:53/udp", "--restart", "always"] });
    await host.docker.run("app");
  });
  afterAll(() => lab?.stop());

  it("runs the engine that was asked for, with the settings that were given", async () => {
    const said = await host.docker.command("info", "--format", "{{.ServerVersion}} {{.Labels}}");
    expect(said).toMatch(engine === "20" ? /^20\..* \[of=lab\]$/ : /^\d\d\..* \[of=lab\]$/);
  });

  const published = () =>
    lab.client.probe([
      { proto: "tcp", dst: host.wanAddress, port: 8080, read: true },
      { proto: "tcp", dst: host.wanAddress6, port: 8080, read: true },
      { proto: "udp", dst: host.wanAddress, port: 5353 },
    ]);

  it("publishes a container's ports to the outside", async () => {
    for (const { reply } of await published()) expect(reply).toMatch(/^web peer=/);
  });

  it("sends packets from inside a container", async () => {
    const dst = await host.docker.address("web");
    const [verdict] = await host.docker.probe("app", [{ proto: "tcp", dst, port: 80, read: true }]);
    expect(verdict?.reply).toContain(`peer=${await host.docker.address("app")}`);
  });

  it("keeps its containers over a restart of the daemon and a reboot, and starts them as they say", async () => {
    for (const again of [() => host.docker.restart(), () => host.reboot()]) {
      await again();
      await host.docker.ready();
      await host.docker.listening("web");
      expect(await host.docker.command("ps", "--format", "{{.Names}}")).toBe("web");
      expect((await published())[0]?.reply).toMatch(/^web peer=/);
    }
  });
});

it("refuses an engine that the seat has not", async () => {
  const hosts = [{ docker: { engine: "27" as never } }];
  await expect(Lab.start({ hosts })).rejects.toMatchObject({ code: "unknown-engine" });
});
