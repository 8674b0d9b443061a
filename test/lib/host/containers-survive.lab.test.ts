import { Lab, type LabHost } from "../../../lib/sandbox";
import {
  answers,
  containerPolicy,
  deployContainers,
  eventually,
  WITH_IPV6,
  type Sent,
} from "../../fixtures/containers";
import { applyBundleOnly, bundleOf, statusOf } from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";

jest.setTimeout(240_000); // engines on a busy machine

const table = [
  { engine: "20", backend: "iptables", init: "sshd" },
  { engine: "newest", backend: "nftables", init: "systemd" },
] as const;

/** Asks a port that Docker publishes and no rule opens, without a pause, over both families. */
const ASKING = `
import socket, sys, time
while True:
    for family, address in ((socket.AF_INET, sys.argv[1]), (socket.AF_INET6, sys.argv[2])):
        asking = socket.socket(family)
        asking.settimeout(0.05)
        try:
            asking.connect((address, 9090))
            print(time.time(), address, asking.recv(64).decode(), flush=True)
        except OSError:
            pass
        asking.close()
    time.sleep(0.005)
`;

describe.each(table)(
  "rules of containers with Docker $engine, by $backend, with $init",
  ({ engine, backend, init }) => {
    let lab: Lab;
    let host: LabHost;
    const ENTRIES = [
      "forward: tcp/8080, from: ext, to: container web",
      "accept: tcp/80, from: container app, to: container web",
    ];

    beforeAll(async () => {
      lab = await Lab.start({ hosts: [{ name: "dock", init, docker: { engine, daemon: WITH_IPV6 } }] });
      host = lab.host("dock");
      const always = ["--restart", "always"];
      await host.docker.run("web", { tcp: [80, 90], options: [...always, "-p", "8080:80", "-p", "9090:90"] });
      await host.docker.run("app", { options: always });
      await deployContainers(host, backend, ENTRIES);
      await lab.client.writeFile("/run/asking.py", ASKING);
      const asking = `python3 /run/asking.py ${host.wanAddress} ${host.wanAddress6}`;
      await lab.client.exec(`setsid ${asking} </dev/null >/run/answered 2>&1 &`);
    });
    afterAll(() => lab?.stop());

    /** What the rules open is open in the end, and what they do not is closed. */
    async function standsAgain() {
      await host.docker.listening("web");
      await host.docker.listening("app");
      const web = await host.docker.address("web");
      const sent: Sent[] = [
        { by: "stranger", proto: "tcp", dst: host.wanAddress, port: 8080 },
        { by: "stranger", proto: "tcp", dst: host.wanAddress6, port: 8080 },
        { by: "app", proto: "tcp", dst: web, port: 80 },
        { by: "app", proto: "tcp", dst: web, port: 90 },
      ];
      const wanted = ["web", "web", "web", "refused"];
      const got = await eventually(
        () => answers(lab, host, sent),
        (now) => now.join() === wanted.join(),
      );
      expect(got).toEqual(wanted);
      expect(await eventually(() => statusOf(host), ({ intact }) => intact === true)).toMatchObject({ state: "committed", intact: true }); // prettier-ignore
    }

    test("stand after a restart of the daemon", async () => {
      await host.docker.restart();
      await standsAgain();
    });

    test("stand after a network was made, and cover it", async () => {
      await host.docker.command("network", "create", "extra");
      await host.docker.run("third", { tcp: [90], options: ["--network", "extra", "-p", "9191:90"] });
      await standsAgain();
      const sent: Sent = { by: "stranger", proto: "tcp", dst: host.wanAddress, port: 9191 };
      expect(await answers(lab, host, [sent, { ...sent, dst: host.wanAddress6 }])).toEqual(["refused", "refused"]);
      await host.docker.command("rm", "-f", "third");
    });

    test("stand after a reboot", async () => {
      await host.reboot();
      await host.docker.ready();
      await standsAgain();
    });

    test("are kept by another watcher when one is killed", async () => {
      await mustExec(host, "pkill -9 -f 'cdkfw-host [w]atch' -o");
      await host.docker.command("restart", "web");
      await standsAgain();
    });

    test("go back within the window while containers start, and Docker's rules stay as they are", async () => {
      const dockers = async () => {
        const rules = await mustExec(host, "iptables-save; ip6tables-save");
        return rules.split("\n").filter((line) => /^-A/.test(line) && !line.includes("CDKFW-")).sort(); // prettier-ignore
      };
      const before = await dockers();
      const change = containerPolicy(host, backend, ["forward: tcp/9191, from: ext, to: container other"]);
      await applyBundleOnly(host, bundleOf(change), 120);
      await host.docker.run("other", { options: ["-p", "9191:80"] });
      const sent: Sent = { by: "stranger", proto: "tcp", dst: host.wanAddress, port: 9191 };
      expect(
        await eventually(
          () => answers(lab, host, [sent]),
          ([one]) => one === "other",
        ),
      ).toEqual(["other"]);
      await mustExec(host, "/usr/local/lib/cdkfw/cdkfw-host rollback -");
      expect(await answers(lab, host, [sent])).toEqual(["refused"]);
      await standsAgain();
      await host.docker.command("rm", "-f", "other");
      expect(await dockers()).toEqual(before);
    });

    test("never opened in all this what they do not open", async () => {
      expect(await lab.client.readFile("/run/answered")).toBe("");
    });

    test("hold no address that somebody has added, and all that somebody has taken out", async () => {
      const web = await host.docker.address("web");
      const live = (await host.readFile("/run/cdkfw/live")).split("\n").find((line) => line.endsWith(`\t${web}`));
      const set = live?.split("\t")[0] ?? "";
      const [change, held] =
        backend === "nftables"
          ? [`nft "delete element inet cdkfw ${set} { ${web} }; add element inet cdkfw ${set} { 192.0.2.7 }"`, `nft list set inet cdkfw ${set}`] // prettier-ignore
          : [`ipset del cdkfw-${set} ${web} && ipset add cdkfw-${set} 192.0.2.7`, `ipset save cdkfw-${set}`];
      await mustExec(host, change);
      const mended = (text: string) => text.includes(web) && !text.includes("192.0.2.7");
      // The watcher looks once a minute.
      expect(await eventually(() => mustExec(host, held), mended, 90_000)).toContain(web);
      expect(await mustExec(host, held)).not.toContain("192.0.2.7");
    });

    test("come back, by iptables within a second, where somebody takes the jumps out", async () => {
      const ours = backend === "iptables" ? "CDKFW-FORWARD" : "CDKFW-ACCEPTED";
      for (const tool of ["iptables", "ip6tables"]) {
        await mustExec(host, `${tool} -D DOCKER-USER -j ${ours}; ${tool} -D FORWARD -j ${ours}`);
      }
      await eventually(
        () => host.exec(`iptables -C DOCKER-USER -j ${ours} && ip6tables -C FORWARD -j ${ours}`),
        ({ code }) => code === 0,
      );
      await standsAgain();
    });
  },
);
