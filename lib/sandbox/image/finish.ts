import * as fs from "node:fs";
import { basename, join } from "node:path";
import { run } from "../process";

const users = [
  "messagebus:x:100:107::/nonexistent:/usr/sbin/nologin",
  "sshd:x:101:65534::/run/sshd:/usr/sbin/nologin",
  "systemd-network:x:998:998::/:/usr/sbin/nologin",
  "systemd-journal:x:997:997::/:/usr/sbin/nologin",
  "deploy:x:1000:1000::/home/deploy:/bin/bash", // the ordinary user who may sudo
];

const groups = {
  ...{ messagebus: 107, "systemd-network": 998, "systemd-journal": 997, render: 996, kvm: 995, input: 994, sgx: 993 },
  ...{ crontab: 992, docker: 990, deploy: 1000 },
};

const folders = [
  ...["etc/ssh", "etc/alternatives", "root", "home/deploy", "proc", "sys", "dev", "run", "tmp", "mnt", "opt", "srv"],
  ...["bin", "sbin", "lib", "share", "etc"].map((name) => `usr/local/${name}`),
];

const iptablesTools = ["", "-save", "-restore"].flatMap((tool) => [`iptables${tool}`, `ip6tables${tool}`]);

/** What the packages' own scripts would have done, as far as a lab host needs it. */
export async function finishImage(root: string): Promise<void> {
  const at = (path: string) => join(root, path);
  const write = (path: string, lines: readonly string[]) => fs.writeFileSync(at(path), lines.join("\n") + "\n");
  const link = (target: string, path: string) => {
    fs.rmSync(at(path), { force: true, recursive: true });
    fs.symlinkSync(target, at(path));
  };
  for (const folder of folders) fs.mkdirSync(at(folder), { recursive: true });
  fs.chmodSync(at("tmp"), 0o1777);
  fs.chmodSync(at("root"), 0o700);

  const passwd = fs
    .readFileSync(at("usr/share/base-passwd/passwd.master"), "utf8")
    .replace(/^root:\*:(.*):[^:]*$/m, "root:x:$1:/bin/bash")
    .replace(/^([^:]*):\*:/gm, "$1:x:");
  write("etc/passwd", [passwd.trimEnd(), ...users]);
  fs.copyFileSync(at("usr/share/base-passwd/group.master"), at("etc/group"));
  fs.appendFileSync(
    at("etc/group"),
    Object.entries(groups)
      .map(([name, id]) => `${name}:x:${id}:\n`)
      .join(""),
  );
  const names = fs.readFileSync(at("etc/passwd"), "utf8").trimEnd().split("\n");
  write(
    "etc/shadow",
    names.map((line) => `${line.split(":")[0]}:*:19000:0:99999:7:::`),
  );
  fs.chmodSync(at("etc/shadow"), 0o640);

  const alternative = (path: string, target: string) => {
    link(target, `etc/alternatives/${basename(path)}`);
    link(`/etc/alternatives/${basename(path)}`, path);
  };
  for (const tool of iptablesTools) {
    alternative(`usr/sbin/${tool}`, `/usr/sbin/${tool.replace("tables", "tables-nft")}`);
  }
  alternative("usr/bin/nc", "/bin/nc.openbsd");
  alternative("usr/bin/awk", "/usr/bin/mawk");
  link("dash", "usr/bin/sh");

  for (const kind of ["auth", "account", "password", "session"]) {
    write(`etc/pam.d/common-${kind}`, [`${kind} required pam_permit.so`]);
  }
  fs.copyFileSync(at("etc/pam.d/common-session"), at("etc/pam.d/common-session-noninteractive"));
  write("etc/nsswitch.conf", ["passwd: files", "group: files", "shadow: files", "hosts: files dns"]);
  write("etc/hosts", ["127.0.0.1 localhost", "::1 localhost"]);
  fs.writeFileSync(at("etc/machine-id"), "");
  fs.mkdirSync(at("etc/sudoers.d"), { recursive: true });
  write("etc/sudoers.d/deploy", ["deploy ALL=(ALL) NOPASSWD: ALL"]);
  fs.chmodSync(at("etc/sudoers.d/deploy"), 0o440);
  link("/run", "var/run");
  link("/run/lock", "var/lock");
  fs.mkdirSync(at("etc/systemd/system/multi-user.target.wants"), { recursive: true });
  link("/lib/systemd/system/ssh.service", "etc/systemd/system/multi-user.target.wants/ssh.service");
  link("/lib/systemd/system/ssh.service", "etc/systemd/system/sshd.service");
  await warmUp(root);
}

/** Only for speed: the linker's cache, and Python's compiled modules. Both can be missing. */
async function warmUp(root: string): Promise<void> {
  const imports = "import sys, json, socket, select, struct, errno, time, os";
  const script = `/sbin/ldconfig; /usr/bin/python3 -c "${imports}"`;
  const enter = process.getuid?.() === 0 ? [] : ["unshare", "--user", "--map-root-user"];
  await run([...enter, "chroot", root, "/bin/sh", "-c", script], {
    timeoutMs: 20_000,
    env: { PATH: "/usr/sbin:/usr/bin" },
  });
}
