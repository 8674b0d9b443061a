import { Lab, type LabHost } from "../../../lib/sandbox";
import { mustExec, startSshd } from "../../fixtures/sshd";
import { Deployer } from "../../fixtures/sshd-deployer";

let lab: Lab;
let inner: LabHost;
let gate: LabHost;
let outer: LabHost;
let me: Deployer;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ name: "inner" }, { name: "gate" }, { name: "outer" }] });
  [inner, gate, outer] = [lab.host("inner"), lab.host("gate"), lab.host("outer")];
  me = new Deployer(lab);
});
beforeEach(() => {
  me.write("known_hosts", [inner, gate, outer].map(({ address, hostKey }) => `${address} ${hostKey}\n`).join(""));
  me.write("config", "");
});
afterEach(() => me.closeAll());
afterAll(async () => {
  me?.remove();
  await lab?.stop();
});

const at = ({ address, ssh }: LabHost, more = {}) => ({ address, identityFiles: [ssh.identityFile], ...more });

async function seenFrom(target: Parameters<Deployer["connect"]>[0]) {
  const connection = await me.connect(target);
  expect((await connection.run("hostname")).stdout).toBe("inner\n");
  return connection.clientAddress();
}

test("through one jump host: the host sees that one", async () => {
  expect(await seenFrom(at(inner, { jump: [at(gate)] }))).toBe(gate.address);
});

test("through two, in their order: the host sees the last one, and only the first one is connected to from here", async () => {
  expect(await seenFrom(at(inner, { jump: [at(outer), at(gate)] }))).toBe(gate.address);
  expect(await mustExec(outer, "cat /proc/net/tcp | awk '$4==\"01\"' | wc -l")).not.toBe("0\n");
});

test("an alias of ssh_config with ProxyJump, whose jump host is an alias with a ProxyJump too", async () => {
  const key = `IdentityFile ${inner.ssh.identityFile}`;
  me.write(
    "config",
    `Host in\n  HostName ${inner.address}\n  ProxyJump g\nHost g\n  HostName ${gate.address}\n  ProxyJump root@${outer.address}:22\nHost *\n  ${key}\n`,
  );
  expect(await seenFrom({ address: "in" })).toBe(gate.address);
  expect(await seenFrom({ address: "in", jump: [] })).not.toBe(gate.address);
});

test("every hop's host key is verified, and the error names the hop", async () => {
  me.write("known_hosts", `${inner.address} ${inner.hostKey}\n`);
  const first = await me.refusal(at(inner, { jump: [at(gate)] }));
  expect(first).toMatchObject({
    code: "unknown-host-key",
    message: expect.stringContaining(`jump host ${gate.address}`),
  });
  me.write("known_hosts", `${gate.address} ${gate.hostKey}\n`);
  const second = await me.refusal(at(inner, { jump: [at(gate)] }));
  expect(second.code).toBe("unknown-host-key");
  expect(second.message).toContain(`The host key of ${inner.address}`);
});

test("each hop logs in with its own keys, and the error names the hop", async () => {
  await me.makeKey("stranger");
  const { code, message } = await me.refusal(at(inner, { jump: [at(gate, { identityFiles: [me.path("stranger")] })] }));
  expect({ code, message }).toEqual({
    code: "authentication-failed",
    message: expect.stringContaining(`jump host ${gate.address}`),
  });
});

test("a port that nobody listens on behind the jump host", async () => {
  const { code, message } = await me.refusal(at(inner, { port: 2999, jump: [at(gate)] }));
  expect(code).toBe("connection-refused");
  expect(message).toContain(`${inner.address} port 2999 can not be reached from jump host ${gate.address}`);
});

test("a jump host that may not forward", async () => {
  const closed = await startSshd(gate, 2201, ["AllowTcpForwarding no"]);
  const hop = at(gate, { port: 2201, hostKeys: [closed.hostKeys["ed25519"]] });
  expect(await me.refusal(at(inner, { jump: [hop] }))).toMatchObject({
    code: "jump-refused",
    help: expect.stringContaining("AllowTcpForwarding"),
  });
  await closed.kill();
});

test("a host behind the jump host that does not answer ends in time", async () => {
  await inner.cut("both");
  try {
    const begun = Date.now();
    const { code, message } = await me.refusal(at(inner, { jump: [at(gate)], connectTimeout: 1.5 }));
    expect(["connection-timeout", "host-unreachable"]).toContain(code);
    expect(message).toContain(inner.address);
    expect(Date.now() - begun).toBeLessThan(4000);
  } finally {
    await inner.mend();
  }
});

test("many logins at once through one jump host with sshd's usual MaxStartups all succeed", async () => {
  const usual = await startSshd(gate, 2202, ["MaxStartups 3:30:10"]);
  const hop = at(gate, { port: 2202, hostKeys: [usual.hostKeys["ed25519"]] });
  const all = await Promise.all(Array.from({ length: 16 }, () => me.connect(at(inner, { jump: [hop] }))));
  expect(await Promise.all(all.map(async (one) => (await one.run("hostname")).stdout))).toEqual(
    Array(16).fill("inner\n"),
  );
  await usual.kill();
});

test("closing ends every hop", async () => {
  const [far, near] = [await startSshd(inner, 2204), await startSshd(gate, 2204)];
  const hop = at(gate, { port: 2204, hostKeys: [near.hostKeys["ed25519"]] });
  const connection = await me.connect(at(inner, { port: 2204, hostKeys: [far.hostKeys["ed25519"]], jump: [hop] }));
  await connection.run("true");
  const sessions = async () => [await far.sessions(), await near.sessions()];
  expect(await sessions()).toEqual([1, 1]);
  connection.close();
  for (let i = 0; i < 100 && (await sessions()).join() !== "0,0"; i++) await new Promise((r) => setTimeout(r, 20));
  expect(await sessions()).toEqual([0, 0]);
  await Promise.all([far.kill(), near.kill()]);
});

test("when the jump host dies, the connection is lost", async () => {
  const brittle = await startSshd(gate, 2203);
  const hop = at(gate, { port: 2203, hostKeys: [brittle.hostKeys["ed25519"]] });
  const connection = await me.connect(at(inner, { jump: [hop] }));
  const told = new Promise<Error | undefined>((resolve) => connection.onClose(resolve));
  await brittle.kill();
  expect(await told).toMatchObject({ code: "connection-lost" });
});
