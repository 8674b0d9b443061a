import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Lab, isMachineRoot, type LabHost } from "../../lib/sandbox";
import { overSsh } from "./ssh-login";

const asRoot = isMachineRoot() ? it : it.skip;

let lab: Lab;
let host: LabHost;

beforeAll(async () => {
  lab = await Lab.start({ hosts: 3 });
  host = lab.host("h1");
});

afterAll(() => lab?.stop());

const bootId = (of: LabHost) => of.readFile("/proc/sys/kernel/random/boot_id");

/** Waits until a host that restarts by itself is up again. */
async function restarted(of: LabHost, before: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!of.running || (await bootId(of).catch(() => before)) === before) {
    if (Date.now() > deadline) throw new Error(`${of.name} did not restart`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await of.waitForSsh();
}

describe("SSH", () => {
  it("lets the lab's key in, on every host, over both families", async () => {
    for (const each of lab.hosts) {
      for (const address of [each.address, each.address6]) {
        expect(await overSsh(each, "hostname; id -u", { address })).toMatchObject({
          code: 0,
          stdout: `${each.name}\n0\n`,
        });
      }
    }
  });

  it("gives exit status, both outputs and standard input", async () => {
    const answer = await overSsh(host, "cat; echo bad >&2; exit 7", { input: "given" });
    expect(answer).toEqual({ code: 7, stdout: "given", stderr: "bad\n" });
  });

  it("leaves a command alone that was sent to the background", async () => {
    await overSsh(host, "setsid sh -c 'sleep 0.3; echo done > /run/late' < /dev/null > /dev/null 2>&1 &");
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await host.readFile("/run/late")).toBe("done\n");
  });

  it("refuses another key", async () => {
    const stranger = await Lab.start({ hosts: 1 });
    const key = { ...host, hostKey: host.hostKey, ssh: stranger.hosts[0]?.ssh } as LabHost;
    await expect(overSsh(key, "true")).rejects.toThrow(/authentication methods failed/);
    await stranger.stop();
  });

  asRoot("lets the user `deploy` in, who may sudo", async () => {
    expect(await overSsh(host, "id -un; sudo id -un", { user: "deploy" })).toMatchObject({ stdout: "deploy\nroot\n" });
  });
});

describe("a host", () => {
  it("has rules of its own", async () => {
    await host.exec("iptables -A INPUT -p tcp --dport 4444 -j DROP");
    expect((await host.exec("iptables-save")).stdout).toContain("--dport 4444 -j DROP");
    expect((await lab.host("h2").exec("iptables-save")).stdout).not.toContain("4444");
  });

  it("loses rules, processes and /run at a reboot, and keeps disk and addresses", async () => {
    const before = await bootId(host);
    await host.exec("iptables -A INPUT -p tcp --dport 4444 -j DROP; ipset create s hash:net; nft add table inet t");
    await host.exec("touch /run/gone /etc/kept; setsid sleep 3210 > /dev/null 2>&1 &");
    const ownAddresses = async () => (await host.exec("ip -o addr | tr -s ' ' | cut -d' ' -f2-4 | sort")).stdout;
    const addresses = await ownAddresses();
    await host.reboot();
    const seen = await host.exec(
      "iptables-save; ipset list -n; nft list tables; ls /run/gone; pgrep -f '[s]leep 3210'",
    );
    expect(seen.stdout.replaceAll(/^[#:*].*\n|^COMMIT\n|^table ip filter\n/gm, "")).toBe("");
    expect((await host.exec("ls /etc/kept")).code).toBe(0);
    expect(await ownAddresses()).toBe(addresses);
    expect(await bootId(host)).not.toBe(before);
    expect(await overSsh(host, "true")).toMatchObject({ code: 0 });
  });

  it("starts again when a command on it says reboot, and stays off when one says power off", async () => {
    const h3 = lab.host("h3");
    const before = await bootId(h3);
    await h3.exec("reboot -ff");
    await restarted(h3, before);
    await h3.exec("poweroff -ff");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(h3.running).toBe(false);
    await h3.start();
    expect(await overSsh(h3, "true")).toMatchObject({ code: 0 });
  });

  it("runs the scripts of /etc/rc.boot.d in order, before any interface is up", async () => {
    const script = (name: string) =>
      `#!/bin/sh\necho ${name} $(ip -br addr show dev eth0 | cut -d' ' -f2- ) >> /run/order\n`;
    await host.writeFile("/etc/rc.boot.d/20-second", script("second"), 0o755);
    await host.writeFile("/etc/rc.boot.d/10-first", script("first"), 0o755);
    await host.writeFile("/etc/rc.boot.d/30-not-executable", script("third"));
    await host.reboot();
    const lines = (await host.readFile("/run/order")).trim().split("\n");
    expect(lines.map((line) => line.split(" ")[0])).toEqual(["first", "second"]);
    expect(lines[0]).toContain("DOWN");
    expect(lines[0]).not.toContain("10.77");
  });

  it("shows what it wrote on its disk, also while it is off", async () => {
    await host.writeFile("/etc/note", "kept\n");
    await host.stop();
    expect(host.running).toBe(false);
    expect(readFileSync(join(host.disk, "etc/note"), "utf8")).toBe("kept\n");
    expect(existsSync(join(host.disk, "run/gone"))).toBe(false);
    await host.start();
  });

  it("can be looked into when it has locked everybody out", async () => {
    await host.exec("iptables -I INPUT -p tcp --dport 22 -j DROP");
    await expect(host.waitForSsh(300)).rejects.toThrow(/does not answer SSH/);
    expect((await host.exec("iptables -D INPUT 1")).code).toBe(0);
    await host.waitForSsh();
  });

  it("loses what its cable does not carry, in the direction that was cut", async () => {
    const heard = async () => {
      const deployer = `${host.address.split(".").slice(0, 2).join(".")}.0.1`;
      const [toHost] = await host.probe([{ proto: "icmp", dst: deployer }], { timeoutMs: 500, repeat: false });
      const counted = await host.exec("cat /sys/class/net/eth0/statistics/rx_packets");
      return { answer: toHost?.verdict, received: Number(counted.stdout) };
    };
    const h2 = lab.host("h2");
    await h2.probe([{ proto: "icmp", dst: host.address }]);
    expect((await heard()).answer).toBe("accept");
    for (const direction of ["in", "out", "both"] as const) {
      await host.cut(direction);
      const before = await heard();
      expect({ direction, answer: before.answer }).toEqual({ direction, answer: "drop" });
      await h2.probe([{ proto: "icmp", dst: host.address }], { timeoutMs: 100 });
      const after = await heard();
      expect({ direction, hears: after.received > before.received }).toEqual({ direction, hears: direction === "out" });
      await host.mend();
      expect({ direction, answer: (await heard()).answer }).toEqual({ direction, answer: "accept" });
    }
  });

  it("finds a cut cable still cut after a reboot", async () => {
    const h2 = lab.host("h2");
    await h2.cut("both");
    await h2.reboot({ waitForSsh: false });
    await expect(h2.waitForSsh(500)).rejects.toThrow(/does not answer/);
    await h2.mend();
    await h2.waitForSsh();
  });
});

describe("a host with systemd", () => {
  const unit = `[Unit]
DefaultDependencies=no
Before=network-pre.target
Wants=network-pre.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'ip -br addr show dev eth0 > /run/at-boot; iptables -A INPUT -p tcp --dport 4444 -j DROP'
[Install]
WantedBy=multi-user.target
`;

  asRoot("boots for real: units before the network, timers, and a restart by systemctl", async () => {
    const own = await Lab.start({ hosts: [{ name: "sd", init: "systemd" }] });
    const sd = own.host("sd");
    expect((await sd.exec("systemctl is-system-running --wait")).stdout).toBe("running\n");
    await sd.exec("systemd-run --on-active=200ms --timer-property=AccuracySec=50ms touch /run/timer-fired");
    await sd.writeFile("/etc/systemd/system/fw.service", unit);
    expect((await sd.exec("systemctl enable fw.service")).code).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await sd.exec("ls /run/timer-fired")).code).toBe(0);
    const before = await bootId(sd);
    await sd.exec("systemctl reboot");
    await restarted(sd, before);
    expect(await sd.readFile("/run/at-boot")).toContain("DOWN");
    expect((await overSsh(sd, "iptables-save")).stdout).toContain("4444");
    await own.stop();
  });

  it("is refused to who is not root, in a sentence", async () => {
    if (isMachineRoot()) return;
    await expect(Lab.start({ hosts: [{ init: "systemd" }] })).rejects.toMatchObject({ code: "systemd-needs-root" });
  });
});
