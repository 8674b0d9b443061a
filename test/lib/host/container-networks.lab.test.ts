import { Lab, type LabHost } from "../../../lib/sandbox";
import { answers, deployContainers, eventually, WITH_IPV6, type Sent } from "../../fixtures/containers";
import { statusOf } from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";
import { BACKENDS } from "../render/on-host";

jest.setTimeout(240_000); // engines on a busy machine

const NETWORKS = {
  one: ["--subnet", "172.31.0.0/24", "--subnet", "fd31::/64"],
  two: ["--subnet", "172.32.0.0/24", "--subnet", "fd32::/64"],
  inside: ["--internal", "--subnet", "172.33.0.0/24", "--subnet", "fd33::/64"],
};

/** The kinds of networks that Docker has, on the oldest and the newest one, by both backends, over both families. */
describe.each(["20", "newest"] as const)("networks of Docker %s", (engine) => {
  let lab: Lab;
  let host: LabHost;
  const at: Record<string, string> = { client: "198.51.100.200", client6: "2001:db8:1::200" };

  beforeAll(async () => {
    const direct = engine === "20" ? {} : { "allow-direct-routing": true };
    lab = await Lab.start({ hosts: [{ name: "dock", docker: { engine, daemon: { ...WITH_IPV6, ...direct } } }] });
    host = lab.host("dock");
    const { docker } = host;
    for (const [name, words] of Object.entries(NETWORKS))
      await docker.command("network", "create", "--ipv6", ...words, name);
    await docker.command(
      "network",
      "create",
      "-d",
      "macvlan",
      "-o",
      "parent=wan0",
      "--subnet",
      "172.34.0.0/24",
      "apart",
    );
    const all = [["a", "one"], ["b", "two"], ["c", "inside"], ["d", "inside"]] as const; // prettier-ignore
    for (const [n, [name, network]] of all.entries()) {
      await docker.run(`${name}0`, { tcp: [80, 81], options: ["--network", network, "-p", `808${n}:80`] });
      at[name] = await docker.address(`${name}0`);
      at[`${name}6`] = await docker.address(`${name}0`, 6);
    }
    await docker.run("onhost", { tcp: [7100, 7101], options: ["--network", "host"] });
    await docker.run("guest", { tcp: [82], options: ["--network", "container:a0"] });
    await docker.run("far", { options: ["--network", "apart"] });
    Object.assign(at, { host: host.wanAddress, host6: host.wanAddress6 });
    // Whoever knows the way may ask containers by their own addresses.
    for (const subnet of ["172.31.0.0/24", "fd31::/64"]) {
      const way = subnet.includes(":") ? host.wanAddress6 : host.wanAddress;
      await mustExec(lab.client, `ip route replace ${subnet} via ${way}`);
    }
    await lab.respond(host, { tcp: [7000] });
    await lab.respond(lab.client, { tcp: [80] });
  });
  afterAll(() => lab?.stop());

  const to = (by: string, name: string, port: number): Sent => ({ by, proto: "tcp", dst: at[name] ?? name, port });

  async function expectAnswers(rows: readonly (readonly [Sent, string])[]) {
    const told = (list: readonly string[]) => list.map((answer, n) => `${JSON.stringify(rows[n]?.[0])} → ${answer}`);
    const wanted = told(rows.map(([, answer]) => answer));
    const ask = async () => told(await answers(lab, host, rows.map(([sent]) => sent))); // prettier-ignore
    expect(await eventually(ask, (got) => got.join() === wanted.join())).toEqual(wanted);
  }

  describe.each(BACKENDS)("by %s", (backend) => {
    it("are closed: from outside by the container's own address, between bridges, within an internal one", async () => {
      await deployContainers(host, backend, []);
      await expectAnswers([
        [to("stranger", "a", 80), "refused"],
        [to("stranger", "a6", 80), "refused"],
        [to("a0", "b", 80), "refused"],
        [to("a0", "b6", 80), "refused"],
        [to("c0", "d", 80), "refused"],
        [to("c0", "d6", 80), "refused"],
        [to("a0", "host6", 7000), "refused"],
        [to("a0", "client6", 80), "refused"],
        [to("stranger", "host6", 7100), "refused"],
        [to("host", "a6", 80), "a0"],
      ]);
    });

    it("are opened one by one, to the port and the direction that a rule says", async () => {
      await deployContainers(host, backend, [
        "accept: tcp/80, from: ext, to: container a0",
        "accept: tcp/80, from: container a0, to: container b0",
        "accept: tcp/80, from: container c0, to: container d0",
        "accept: tcp/7000, from: container a0, to: host",
        "accept: tcp/80, from: container a0, to: ext",
        "accept: tcp/7100, from: ext, to: host",
      ]);
      await expectAnswers([
        [to("stranger", "a", 80), "a0"],
        [to("stranger", "a6", 80), "a0"],
        [to("stranger", "a6", 81), "refused"],
        [to("a0", "b", 80), "b0"],
        [to("a0", "b6", 80), "b0"],
        [to("a0", "b6", 81), "refused"],
        [to("b0", "a6", 80), "refused"],
        [to("c0", "d", 80), "d0"],
        [to("c0", "d6", 80), "d0"],
        [to("d0", "c6", 80), "refused"],
        [to("a0", "host6", 7000), "dock"],
        [to("b0", "host6", 7000), "refused"],
        [to("a0", "client6", 80), "client"],
        [to("b0", "client6", 80), "refused"],
        [to("stranger", "host", 7100), "onhost"],
        [to("stranger", "host6", 7100), "onhost"],
        [to("stranger", "host6", 7101), "refused"],
      ]);
    });

    it("are told apart where netfilter does not see them, and stay closed", async () => {
      await deployContainers(host, backend, [
        "accept: tcp/80, from: container far, to: container a0",
        "accept: tcp/7000, from: container onhost, to: host",
        "accept: tcp/7000, from: container guest, to: host",
      ]);
      const warned = ((await statusOf(host)).warnings ?? []).map(({ message }) => message.split(":")[0]).sort();
      expect(warned).toEqual(
        ["far", "guest", "onhost"].map((name) => `The container \`${name}\` has no network that netfilter sees`),
      );
      const sets = backend === "nftables" ? "nft list table inet cdkfw" : "ipset save";
      expect(await mustExec(host, sets)).not.toContain("172.34.0.");
      await expectAnswers([
        [to("a0", "host", 7000), "refused"],
        [to("guest", "host", 7000), "refused"],
      ]);
    });
  });
});
