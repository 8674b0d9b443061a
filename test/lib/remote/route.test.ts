import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SshTarget } from "../../../lib/model/target";
import { resolveRoute } from "../../../lib/remote/route";

const home = mkdtempSync(join(tmpdir(), "route-"));
mkdirSync(join(home, ".ssh", "config.d"), { recursive: true });
afterAll(() => rmSync(home, { recursive: true }));

async function route(config: string, target: SshTarget, env: NodeJS.ProcessEnv = {}) {
  writeFileSync(join(home, ".ssh", "config"), config);
  const { hops } = await resolveRoute(target, { env: { HOME: home, USER: "me", ...env }, baseDir: "/project" });
  return hops;
}

async function host(config: string, target: SshTarget, env: NodeJS.ProcessEnv = {}) {
  const hop = (await route(config, target, env)).at(-1);
  if (hop === undefined) throw new Error("no hop");
  return hop;
}

async function refusal(config: string, target: SshTarget) {
  return route(config, target).then(
    () => ({ code: "none", message: "" }),
    (error: { code: string; message: string }) => error,
  );
}

test("with no ssh_config: root, port 22, and ssh's usual files", async () => {
  expect(await host("", { address: "web-1" })).toMatchObject({
    host: "web-1",
    port: 22,
    user: "root",
    family: 0,
    hostKeyName: "web-1",
    knownHostsFiles: [
      `${home}/.ssh/known_hosts`,
      `${home}/.ssh/known_hosts2`,
      "/etc/ssh/ssh_known_hosts",
      "/etc/ssh/ssh_known_hosts2",
    ],
    identityFiles: ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => `${home}/.ssh/${name}`),
    identityFilesNamed: false,
    agentSocket: undefined,
    connectTimeoutSeconds: 15,
  });
});

const full = `
Host web
  hostname %h.example.com
  PORT=2222
  User deploy
  IdentityFile ~/.ssh/a
  IdentityFile "%d/with space"
  IdentitiesOnly yes
  IdentityAgent \${AGENTS}/sock
  UserKnownHostsFile ~/known /other/known_%k
  GlobalKnownHostsFile none
  HostKeyAlias web-key
  ConnectTimeout 7
  AddressFamily inet6
Host *
  User other
  Port 23
`;

test("ssh_config's keywords are honoured, in any case, and its first value wins", async () => {
  expect(await host(full, { address: "web" }, { AGENTS: "/agents" })).toMatchObject({
    host: "web.example.com",
    port: 2222,
    user: "deploy",
    identityFiles: [`${home}/.ssh/a`, `${home}/with space`],
    identityFilesNamed: true,
    identitiesOnly: true,
    agentSocket: "/agents/sock",
    knownHostsFiles: [`${home}/known`, "/other/known_web-key"],
    hostKeyName: "web-key",
    connectTimeoutSeconds: 7,
    family: 6,
  });
});

test("what the target says wins over ssh_config; its paths start at the base folder", async () => {
  const target: SshTarget = {
    address: "web",
    port: 24,
    user: "me",
    identityFiles: ["keys/id", "~/id", "/abs"],
    knownHostsFiles: ["hosts"],
    hostKeys: ["SHA256:x"],
    connectTimeout: 3,
  };
  expect(await host(full, target, { AGENTS: "/agents" })).toMatchObject({
    host: "web.example.com",
    port: 24,
    user: "me",
    identityFiles: ["/project/keys/id", `${home}/id`, "/abs"],
    knownHostsFiles: ["/project/hosts"],
    pinnedHostKeys: ["SHA256:x"],
    connectTimeoutSeconds: 3,
  });
});

test.each([
  ["SSH_AUTH_SOCK", "", "/default"],
  ["none", "IdentityAgent none", undefined],
  ["a variable", "IdentityAgent $MINE", "/mine"],
  ["SSH_AUTH_SOCK by name", "IdentityAgent SSH_AUTH_SOCK", "/default"],
])("the agent: %s", async (_, config, socket) => {
  const env = { SSH_AUTH_SOCK: "/default", MINE: "/mine" };
  expect((await host(config, { address: "web" }, env)).agentSocket).toBe(socket);
});

describe("Host and Match", () => {
  test.each([
    ["Host web-* !web-2", "web-1", "yes"],
    ["Host web-* !web-2", "web-2", "root"],
    ["Host db web-?", "web-1", "yes"],
    ["Match host web-1", "web-1", "yes"],
    ["Match originalhost web-1", "web-1", "yes"],
    ["Match host web-2", "web-1", "root"],
    ["Match all", "web-1", "yes"],
    ["Match exec true", "web-1", "root"],
    ["Match host web-1 exec true", "web-1", "root"],
  ])("`%s` for %s gives the user %s", async (section, address, user) => {
    expect((await host(`${section}\n  User yes\n`, { address })).user).toBe(user);
  });

  test("Match host sees the HostName, however that is spelled", async () => {
    const config = "Host web\n  Hostname 10.0.0.1\nMatch host 10.0.0.*\n  User inner\n";
    expect((await host(config, { address: "web" })).user).toBe("inner");
  });
});

describe("Include", () => {
  test("files are taken in at their place, by pattern, in the order of their names", async () => {
    writeFileSync(join(home, ".ssh", "config.d", "10-web"), "Host web\n  Port 10\n");
    writeFileSync(join(home, ".ssh", "config.d", "20-web"), "Host web\n  Port 20\n  User twenty\n");
    writeFileSync(join(home, ".ssh", "config.d", ".hidden"), "Host web\n  Port 30\n");
    const config = "Include config.d/*\nHost web\n  Port 40\n";
    expect(await host(config, { address: "web" })).toMatchObject({ port: 10, user: "twenty" });
  });

  test("inside a section they count for that section only, their own sections included", async () => {
    writeFileSync(join(home, ".ssh", "inner"), "Port 50\nHost web-1\n  User one\nHost web-2\n  User two\n");
    const config = "Host web-*\n  Include ~/.ssh/inner\n";
    expect(await host(config, { address: "web-1" })).toMatchObject({ port: 50, user: "one" });
    expect(await host(config, { address: "web-2" })).toMatchObject({ port: 50, user: "two" });
    expect(await host(config, { address: "db" })).toMatchObject({ port: 22, user: "root" });
  });

  test("files that are not there are passed over; a circle is an error", async () => {
    expect(await host("Include nothing other*\nUser u\n", { address: "web" })).toMatchObject({ user: "u" });
    writeFileSync(join(home, ".ssh", "round"), "Include round\n");
    expect(await refusal("Include round\n", { address: "web" })).toMatchObject({ code: "ssh-config-invalid" });
  });
});

describe("jump hosts", () => {
  const config = `
Host inner
  ProxyJump admin@gate:2200,middle
Host gate
  HostName gate.example.com
  ProxyJump outer
Host middle
  User mid
  ProxyJump never
Host outer
  HostName 198.51.100.9
`;
  const names = async (target: SshTarget) =>
    (await route(config, target)).map((hop) => `${hop.role}: ${hop.user}@${hop.host}:${hop.port}`);

  test("ProxyJump makes a chain; the first one's own jumps come before, those of later ones do not count", async () => {
    expect(await names({ address: "inner" })).toEqual([
      "jump host: root@198.51.100.9:22",
      "jump host: admin@gate.example.com:2200",
      "jump host: mid@middle:22",
      "host: root@inner:22",
    ]);
  });

  test("`jump` of the target is the whole way, each hop with its own settings", async () => {
    const jump = [{ address: "gate", user: "me", port: 1 }];
    expect(await names({ address: "inner", jump })).toEqual([
      "jump host: me@gate.example.com:1",
      "host: root@inner:22",
    ]);
    expect(await names({ address: "inner", jump: [] })).toEqual(["host: root@inner:22"]);
  });

  test.each(["ssh://admin@[2001:db8::1]:2200", "admin@[2001:db8::1]:2200"])("ProxyJump %s", async (text) => {
    const hops = await route(`ProxyJump ${text}\nHost x\n`, {
      address: "web",
      jump: undefined,
    } as unknown as SshTarget).catch((error: Error) => error.message);
    // The option applies to the jump host too, so this one can not end: it must be told, not run for ever.
    expect(hops).toMatch(/circle/);
    const [first] = await route(`Host web\n  ProxyJump ${text}\n`, { address: "web" });
    expect(first).toMatchObject({ host: "2001:db8::1", port: 2200, user: "admin" });
  });

  test("`ProxyJump none` ends it", async () => {
    expect(await route("Host web\n  ProxyJump none\nHost *\n  ProxyJump gate\n", { address: "web" })).toHaveLength(1);
  });
});

describe("what is refused rather than misunderstood", () => {
  test.each([
    ["proxy-command-unsupported", "Host web\n  ProxyCommand nc %h %p\n", "nc %h %p"],
    ["ssh-config-invalid", "Port many\n", "Port many"],
    ["ssh-config-invalid", "ProxyJump a b c@@\n", "ProxyJump"],
    ["ssh-config-invalid", "IdentityFile ~/%C\n", "%C"],
    ["ssh-config-invalid", "IdentityFile ${NOT_THERE}/x\n", "NOT_THERE"],
    ["ssh-config-invalid", "Match host\n", "config"],
  ])("%s for %j", async (code, config, words) => {
    const error = await refusal(config, { address: "web" });
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  test("not ProxyCommand none, nor one that comes after ProxyJump, nor when the target gives its jump hosts", async () => {
    expect(await route("ProxyCommand none\n", { address: "web" })).toHaveLength(1);
    expect(await route("Host web\n  ProxyJump gate\n  ProxyCommand x\n", { address: "web" })).toHaveLength(2);
    expect(await route("Host web\n  ProxyCommand x\n", { address: "web", jump: [{ address: "gate" }] })).toHaveLength(
      2,
    );
  });
});

test("a config file that was asked for must be there; the usual one need not; null is none", async () => {
  const env = { HOME: home, USER: "me" };
  await expect(resolveRoute({ address: "w" }, { env, configFile: "/nowhere" })).rejects.toMatchObject({
    code: "ssh-config-invalid",
  });
  writeFileSync(join(home, ".ssh", "config"), "Port 9\n");
  expect((await resolveRoute({ address: "w" }, { env, configFile: null })).hops[0]?.port).toBe(22);
  rmSync(join(home, ".ssh", "config"));
  expect((await resolveRoute({ address: "w" }, { env })).hops[0]?.port).toBe(22);
});
