import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Connection } from "../../../lib/remote";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { addUser, mustExec, startSshd } from "../../fixtures/sshd";
import { Deployer, refusalOf } from "../../fixtures/sshd-deployer";

let lab: Lab;
let web: LabHost;
let me: Deployer;
let root: Connection;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ name: "web" }] });
  web = lab.host("web");
  me = new Deployer(lab);
  root = await me.connect(target());
});
afterAll(async () => {
  me?.remove();
  await lab?.stop();
});

const target = (more = {}) => ({
  address: web.address,
  identityFiles: [web.ssh.identityFile],
  hostKeys: [web.hostKey],
  ...more,
});

const publicKey = () => readFileSync(`${web.ssh.identityFile}.pub`, "utf8").trim();

describe("the result", () => {
  test.each([0, 1, 3, 127, 255])("exit status %d", async (code) => {
    expect(await root.run(`echo out; echo err >&2; exit ${code}`)).toEqual({ code, stdout: "out\n", stderr: "err\n" });
  });

  test.each(["KILL", "TERM", "HUP"])("ended by SIG%s", async (signal) => {
    expect(await root.run(`kill -${signal} $$`)).toMatchObject({ code: null, signal: `SIG${signal}` });
  });

  test("a command that is not there is an exit status, not an error", async () => {
    expect(await root.run("frobnicate")).toMatchObject({ code: 127 });
  });
});

describe("stdin and stdout", () => {
  test("8 MB there and back, byte for byte", async () => {
    const text = randomBytes(3_000_000).toString("base64") + "äöü€😀".repeat(200_000);
    const { stdout, code } = await root.run("cat", { stdin: text });
    expect(code).toBe(0);
    expect(stdout === text).toBe(true);
  });

  test("binary input arrives unchanged", async () => {
    const bytes = randomBytes(5_000_000);
    const { stdout } = await root.run("sha256sum", { stdin: bytes });
    expect(stdout).toContain(createHash("sha256").update(bytes).digest("hex"));
  });

  test("a command that does not read its input ends all the same", async () => {
    expect(await root.run("exit 4", { stdin: Buffer.alloc(8_000_000) })).toMatchObject({ code: 4 });
  });

  test("without stdin, a command that reads gets the end of file", async () => {
    expect(await root.run("cat; echo done")).toMatchObject({ stdout: "done\n" });
  });

  test("characters that come in pieces are put together", async () => {
    const { stdout } = await root.run(
      String.raw`printf '\303'; sleep 0.2; printf '\244\342'; sleep 0.2; printf '\202\254'`,
    );
    expect(stdout).toBe("ä€");
  });

  test("lines are told as they come", async () => {
    const seen: { line: string; at: number }[] = [];
    const begun = Date.now();
    const { stdout } = await root.run("echo one; sleep 0.6; echo two; printf three", {
      onStdoutLine: (line) => seen.push({ line, at: Date.now() - begun }),
    });
    expect(seen.map(({ line }) => line)).toEqual(["one", "two", "three"]);
    expect((seen[1]?.at ?? 0) - (seen[0]?.at ?? 0)).toBeGreaterThan(300);
    expect(stdout).toBe("one\ntwo\nthree");
  });

  test("an error of the listener ends the run, and the connection goes on", async () => {
    const failing = root.run("echo x; sleep 5", {
      onStdoutLine: () => {
        throw new Error("mine");
      },
    });
    await expect(failing).rejects.toThrow("mine");
    expect((await root.run("echo y")).stdout).toBe("y\n");
  });
});

describe("limits", () => {
  test("output without end is ended", async () => {
    expect((await refusalOf(root.run("yes", { maxOutputBytes: 1_000_000 }))).code).toBe("output-too-large");
    expect((await refusalOf(root.run("yes >&2", { maxOutputBytes: 1_000_000 }))).code).toBe("output-too-large");
    expect((await root.run("head -c 1000000 /dev/zero", { maxOutputBytes: 1_000_000 })).stdout).toHaveLength(1_000_000);
  });

  test("a command that takes too long is given up in time, and the connection goes on", async () => {
    const begun = Date.now();
    expect((await refusalOf(root.run("sleep 20", { timeoutSeconds: 0.5 }))).code).toBe("command-timeout");
    expect(Date.now() - begun).toBeLessThan(2000);
    expect((await root.run("echo on")).stdout).toBe("on\n");
  });

  test("a command that is given up while it writes ends on the host", async () => {
    await refusalOf(root.run("exec -a cdkfw-slow yes", { timeoutSeconds: 0.5, maxOutputBytes: 2 ** 40 }));
    const alive = () => mustExec(web, "grep -l '[c]dkfw-slow' /proc/[0-9]*/cmdline 2>/dev/null | wc -l");
    for (let i = 0; i < 50 && (await alive()) !== "0\n"; i++) await new Promise((r) => setTimeout(r, 20));
    expect(await alive()).toBe("0\n");
  });

  test("an abort signal ends a run, before and while it is under way", async () => {
    expect((await refusalOf(root.run("true", { signal: AbortSignal.abort() }))).code).toBe("interrupted");
    expect((await refusalOf(root.run("sleep 20", { signal: AbortSignal.timeout(300) }))).code).toBe("interrupted");
  });

  test("more commands at once than MaxSessions: the surplus is told, the others run", async () => {
    const few = await startSshd(web, 2201, ["MaxSessions 2"]);
    const connection = await me.connect(target({ port: 2201, hostKeys: [few.hostKeys["ed25519"]] }));
    const runs = await Promise.all([1, 2, 3].map((n) => refusalOf(connection.run(`sleep 0.5; exit ${n}`))));
    expect(runs.map(({ code }) => code).sort()).toEqual(["channel-refused", "none", "none"]);
    expect(runs.find(({ code }) => code === "channel-refused")?.help).toContain("MaxSessions");
    connection.close();
    await few.kill();
  });
});

// A short command's status comes in one packet with the answer that it was started: it must not be missed.
test("two hundred short commands tell their exit status", async () => {
  const codes = [];
  for (let n = 0; n < 200; n++) codes.push((await root.run(`exit ${n}`)).code);
  expect(codes).toEqual(codes.map((_, n) => n));
});

test("forty runs at once on one connection do not mix", async () => {
  const results = await Promise.all(
    Array.from({ length: 40 }, (_, n) => root.run(`cat; echo ${n}; exit ${n}`, { stdin: `${n}:`.repeat(10_000) })),
  );
  expect(results.map(({ code }) => code)).toEqual(results.map((_, n) => n));
  expect(results.every(({ stdout }, n) => stdout === `${`${n}:`.repeat(10_000)}${n}\n`)).toBe(true);
});

test("twenty connections at once", async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => me.connect(target())));
  expect(new Set(await Promise.all(all.map(async (one) => (await one.run("echo $SSH_CONNECTION")).stdout))).size).toBe(
    20,
  );
  for (const one of all) one.close();
});

test("the addresses, as this side and as the host see them", async () => {
  expect(root.serverAddress).toBe(web.address);
  expect(await root.clientAddress()).toBe(root.localAddress);
  expect(root.user).toBe("root");
});

test("a banner and a noisy login shell break nothing", async () => {
  await web.writeFile("/etc/banner", "*** \u001b[31mauthorized use only ***\n".repeat(100));
  const bashrc = "echo noise-out; echo noise-err >&2; printf 'no newline'\n";
  await addUser(web, "loud", {
    uid: 2002,
    authorizedKeys: [publicKey()],
    bashrc,
    sudoers: "loud ALL=(root) NOPASSWD: /bin/sh",
  });
  const sshd = await startSshd(web, 2202, ["Banner /etc/banner"]);
  const connection = await me.connect(target({ port: 2202, user: "loud", hostKeys: [sshd.hostKeys["ed25519"]] }));
  const result = await connection.run("echo '<'begin'>'; cat; exit 5", { stdin: "input" });
  expect(result).toEqual({ code: 5, stdout: "noise-out\nno newline<begin>\ninput", stderr: "noise-err\n" });
  expect(await connection.clientAddress()).toBe(connection.localAddress);
  expect((await connection.runAsRoot("id -u")).stdout).toBe("noise-out\nno newline0\n");
});

describe("the end", () => {
  test("close ends what is running, is told once, and nothing runs after it", async () => {
    const connection = await me.connect(target());
    const ends: (Error | undefined)[] = [];
    connection.onClose((error) => ends.push(error));
    const running = refusalOf(connection.run("sleep 20"));
    await connection.run("true");
    connection.close();
    connection.close();
    expect((await running).code).toBe("connection-closed");
    expect((await refusalOf(connection.run("true"))).code).toBe("connection-closed");
    connection.onClose((error) => ends.push(error));
    expect(ends).toEqual([undefined, undefined]);
  });
});
