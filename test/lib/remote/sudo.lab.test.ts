import { readFileSync } from "node:fs";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { addUser, mustExec } from "../../fixtures/sshd";
import { Deployer, refusalOf } from "../../fixtures/sshd-deployer";

let lab: Lab;
let web: LabHost;
let me: Deployer;
let uid = 3000;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ name: "web" }] });
  web = lab.host("web");
  me = new Deployer(lab);
});
afterAll(async () => {
  me?.remove();
  await lab?.stop();
});

/** A connection as a new user, with this line for sudo. */
async function as(user: string, sudoers?: string, more = {}) {
  const authorizedKeys = [readFileSync(`${web.ssh.identityFile}.pub`, "utf8").trim()];
  await addUser(web, user, { uid: uid++, authorizedKeys, ...(sudoers !== undefined && { sudoers }) });
  return me.connect({
    address: web.address,
    user,
    identityFiles: [web.ssh.identityFile],
    hostKeys: [web.hostKey],
    ...more,
  });
}

const hostile = `printf '%s|' "$(id -u)" 'a b' "it's" '$HOME' '\\' "\`id\`" ; cat; echo "x
y"; exit 7`;

test("the least that sudo can permit is enough, and the command arrives as it was", async () => {
  const connection = await as("least", "least ALL=(root) NOPASSWD: /bin/sh");
  const byUser = await connection.run(hostile, { stdin: "input" });
  const byRoot = await connection.runAsRoot(hostile, { stdin: "input" });
  expect(byRoot.code).toBe(7);
  expect(byRoot.stdout).toMatch(/^0\|a b\|it's\|\$HOME\|\\\|uid=0.*\|inputx\ny\n$/s);
  expect(byUser.stdout).toMatch(/^3\d{3}\|a b/);
});

test("an exit status of 1 is the command's, when sudo did not complain", async () => {
  const connection = await as("one", "one ALL=(root) NOPASSWD: /bin/sh");
  expect(await connection.runAsRoot("echo no >&2; exit 1")).toEqual({ code: 1, stdout: "", stderr: "no\n" });
});

test.each([
  ["sudo-password-required", "asked", "asked ALL=(root) /bin/sh", "NOPASSWD: /bin/sh"],
  ["sudo-password-required", "unlisted", undefined, "NOPASSWD: /bin/sh"],
  ["sudo-password-required", "other", "other ALL=(root) NOPASSWD: /bin/true", "NOPASSWD: /bin/sh"],
  ["sudo-not-permitted", "barred", "barred ALL=(root) NOPASSWD: ALL, !/bin/sh", "NOPASSWD: /bin/sh"],
  ["sudo-requires-tty", "tty", "Defaults:tty requiretty\ntty ALL=(root) NOPASSWD: /bin/sh", "!requiretty"],
])("%s for the user %s", async (code, user, sudoers, cure) => {
  const connection = await as(user, sudoers);
  const refusal = await refusalOf(connection.runAsRoot("id"));
  expect(refusal.code).toBe(code);
  expect(refusal.message).toContain(`\`${user}\``);
  expect(refusal.help).toContain(cure);
});

test("`sudo: false` runs as the user", async () => {
  const connection = await as("plain", undefined, { sudo: false });
  expect((await connection.runAsRoot("id -un")).stdout).toBe("plain\n");
});

test("root does not need sudo; anybody else is told that it is missing", async () => {
  await mustExec(web, "mv /usr/bin/sudo /usr/bin/sudo.away");
  try {
    const connection = await as("without");
    expect((await refusalOf(connection.runAsRoot("id"))).code).toBe("sudo-missing");
    const root = await me.connect({
      address: web.address,
      identityFiles: [web.ssh.identityFile],
      hostKeys: [web.hostKey],
    });
    expect((await root.runAsRoot("id -un")).stdout).toBe("root\n");
  } finally {
    await mustExec(web, "mv /usr/bin/sudo.away /usr/bin/sudo");
  }
});
