import { Lab, type LabHost } from "../../../lib/sandbox";
import { deployContainers, eventually, WITH_IPV6 } from "../../fixtures/containers";
import { teardown } from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";
import { BACKENDS } from "../render/on-host";

jest.setTimeout(240_000); // engines on a busy machine

/** What docker-fw's `add-two-ways` did: the source finds the target by name, also after restarts. */
describe.each(["20", "newest"] as const)("links of Docker %s", (engine) => {
  let lab: Lab;
  let host: LabHost;

  beforeAll(async () => {
    lab = await Lab.start({ hosts: [{ name: "dock", docker: { engine, daemon: WITH_IPV6 } }] });
    host = lab.host("dock");
    const { docker } = host;
    await docker.command("network", "create", "own");
    for (const name of ["app", "db", "cache"])
      await docker.run(name, { tcp: [80, 81], options: ["--label", `tier=${name}`] });
    for (const name of ["front", "back"]) {
      await docker.run(name, { options: ["--network", "own", "--network-alias", `the-${name}`] });
    }
  });
  afterAll(() => lab?.stop());

  const hostsOf = (name: string) => host.docker.command("exec", name, "/usr/bin/python3", "-c", "print(open('/etc/hosts').read())"); // prettier-ignore
  const oursIn = async (name: string) => (await hostsOf(name)).split("\n").filter((line) => line.endsWith("# cdkfw"));
  const waitFor = (name: string, lines: readonly string[]) =>
    eventually(() => oursIn(name), (found) => found.join("\n") === lines.join("\n")); // prettier-ignore
  const line = async (target: string, as = target) => `${await host.docker.address(target)}\t${as}\t# cdkfw`;

  /** Who answers a container that asks for a name: resolved in it, and asked over its network. */
  async function answerOf(from: string, name: string, port: number): Promise<string> {
    const script = `import socket
try:
  s = socket.create_connection(("${name}", ${port}), 1)
  s.sendall(b"x"); print(s.recv(100).decode().split()[0])
except Exception as error: print(type(error).__name__)`;
    return host.docker.command("exec", from, "/usr/bin/python3", "-c", script);
  }

  const waitForAnswer = (wanted: string, ...asked: Parameters<typeof answerOf>): Promise<string> =>
    eventually(() => answerOf(...asked), (answer) => answer === wanted); // prettier-ignore

  describe.each(BACKENDS)("by %s", (backend) => {
    it("one way: the name is found, the port is open, and nothing else, also after restarts", async () => {
      const before = await hostsOf("app");
      await deployContainers(host, backend, ["accept: tcp/80, from: container app, to: container db, link: true"]);
      expect(await waitFor("app", [await line("db")])).toEqual([await line("db")]);
      expect(await waitForAnswer("db", "app", "db", 80)).toBe("db");
      expect(await answerOf("app", "db", 81)).not.toBe("db");
      expect(await oursIn("db")).toEqual([]);

      // The target gets another address, and the source its hosts file anew.
      await host.docker.command("stop", "db", "app");
      await host.docker.command("start", "app", "db");
      await Promise.all([host.docker.listening("app"), host.docker.listening("db")]);
      expect(await waitFor("app", [await line("db")])).toEqual([await line("db")]);
      expect(await waitForAnswer("db", "app", "db", 80)).toBe("db");

      await teardown(host);
      expect(await oursIn("app")).toEqual([]);
      // Docker writes the container's own address, and takes out what others wrote, when it starts.
      const names = (text: string) => text.split("\n").filter((one) => !/^172|mine/.test(one));
      expect(names(await hostsOf("app"))).toEqual(names(before));
    });

    it("names that can not be taken out do not keep the rules from going", async () => {
      await deployContainers(host, backend, ["accept: tcp/80, from: container app, to: container db, link: true"]);
      expect(await waitFor("app", [await line("db")])).toHaveLength(1);
      // Nothing can be written where /run/cdkfw/links is made anew.
      await mustExec(host, "mkdir /run/cdkfw/links.new /run/cdkfw/links.new/in-the-way");
      await teardown(host);
      await mustExec(host, "rm -rf /run/cdkfw/links.new");
      const rules = await mustExec(host, "nft list ruleset; iptables-save; ip6tables-save; ipset save");
      expect(rules).not.toMatch(/cdkfw/i);
      // The next deployment finds its mark, and writes what is wanted then.
      await deployContainers(host, backend, ["accept: tcp/80, from: container app, to: container cache, link: true"]);
      expect(await waitFor("app", [await line("cache")])).toEqual([await line("cache")]);
    });

    it("both ways, by a name of one's own, and to all that have a label; a name that goes is taken out", async () => {
      await deployContainers(host, backend, [
        "accept: tcp/80, from: container app, to: container tier=db, link: database.internal",
        "accept: tcp/80, from: container db, to: container app, link: true",
        "accept: tcp/80, from: container app, to: container cache, link: true",
      ]);
      const both = [await line("cache"), await line("db", "database.internal")].sort();
      expect((await waitFor("app", both)).sort()).toEqual(both);
      expect(await waitFor("db", [await line("app")])).toEqual([await line("app")]);
      expect(await waitForAnswer("db", "app", "database.internal", 80)).toBe("db");
      expect(await waitForAnswer("app", "db", "app", 80)).toBe("app");

      await host.docker.command("rename", "cache", "other");
      expect(await waitFor("app", [await line("db", "database.internal")])).toHaveLength(1);
      await host.docker.command("rename", "other", "cache");
      await deployContainers(host, backend, ["accept: tcp/80, from: container app, to: container cache, link: true"]);
      expect(await waitFor("db", [])).toEqual([]);
      expect(await waitFor("app", [await line("cache")])).toEqual([await line("cache")]);
    });

    it("adds nothing where Docker's own DNS tells the name", async () => {
      await deployContainers(host, backend, [
        "accept: tcp/80, from: container front, to: container back, link: true",
        "accept: tcp/80, from: container front, to: container back, link: the-back",
        "accept: tcp/80, from: container back, to: container front, link: shop",
      ]);
      const shop = [await line("front", "shop")];
      expect(await waitFor("back", shop)).toEqual(shop);
      expect(await oursIn("front")).toEqual([]);
      expect(await waitForAnswer("back", "front", "back", 80)).toBe("back");
      expect(await waitForAnswer("front", "back", "shop", 80)).toBe("front");
    });

    it("leaves what others write into the file", async () => {
      await deployContainers(host, backend, ["accept: tcp/80, from: container app, to: container db, link: true"]);
      const file = await host.docker.command("inspect", "-f", "{{.HostsPath}}", "app");
      await mustExec(host, `printf '192.0.2.9 mine # cdkfw is not me' >>${file}`);
      await host.docker.command("restart", "-t", "0", "db");
      await host.docker.listening("db");
      const wanted = await line("db");
      expect(await waitFor("app", [wanted])).toEqual([wanted]);
      expect(await hostsOf("app")).toContain("192.0.2.9 mine # cdkfw is not me");
    });
  });
});
