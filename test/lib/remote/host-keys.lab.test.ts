import { createHmac, randomBytes } from "node:crypto";
import { fingerprint, parsePublicKey } from "../../../lib/remote/public-key";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { startSshd, type Sshd } from "../../fixtures/sshd";
import { Deployer } from "../../fixtures/sshd-deployer";

let lab: Lab;
let web: LabHost;
let me: Deployer;
let many: Sshd;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ name: "web" }] });
  web = lab.host("web");
  me = new Deployer(lab);
  many = await startSshd(web, 2201, [], ["ed25519", "ecdsa", "rsa"]);
});
afterEach(() => me.closeAll());
afterAll(async () => {
  me?.remove();
  await lab?.stop();
});

const target = (more = {}) => ({ address: web.address, identityFiles: [web.ssh.identityFile], ...more });
const print = (key = "") => fingerprint(parsePublicKey(key) ?? Buffer.alloc(0));
const other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

const hashed = (name: string) => {
  const salt = randomBytes(20);
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
};

/** What comes of it: `in`, or the error's code. */
async function outcome(knownHosts: string, more = {}) {
  me.write("known_hosts", knownHosts);
  return me.connect(target(more)).then(
    () => "in",
    (error: { code: string }) => error.code,
  );
}

test("an unknown key is refused; nothing is written to known_hosts", async () => {
  me.write("known_hosts", "# empty\n");
  const { code, message, help } = await me.refusal(target());
  expect(code).toBe("unknown-host-key");
  expect(message).toContain(print(web.hostKey));
  expect(message).toContain(me.path("known_hosts"));
  expect(help).toContain(`ssh-keyscan -p 22 ${web.address} >> ${me.path("known_hosts")}`);
  expect(me.read("known_hosts")).toBe("# empty\n");
});

test("the cure works: what ssh-keyscan prints is enough to get in", async () => {
  const { stdout } = await web.exec(`ssh-keyscan -p 2201 ${web.address} 2>/dev/null`);
  expect(await outcome(stdout, { port: 2201 })).toBe("in");
});

test("a changed key is refused, with both fingerprints and the line of the old one", async () => {
  me.write("known_hosts", `# first line\n${web.address} ${other}\n`);
  const { code, message } = await me.refusal(target());
  expect(code).toBe("changed-host-key");
  expect(message).toContain(print(web.hostKey));
  expect(message).toContain(`${print(other)} at ${me.path("known_hosts")}:2`);
});

test("plain, hashed, listed and wildcard names let in; another host's do not", async () => {
  const network = web.address.split(".").slice(0, 2).join(".");
  expect(await outcome(`${web.address} ${web.hostKey}\n`)).toBe("in");
  expect(await outcome(`${hashed(web.address)} ${web.hostKey}\n`)).toBe("in");
  expect(await outcome(`x,${web.address},y ${web.hostKey}\n`)).toBe("in");
  expect(await outcome(`${network}.* ${web.hostKey}\n`)).toBe("in");
  expect(await outcome(`${network}.*,!${web.address} ${web.hostKey}\n`)).toBe("unknown-host-key");
  expect(await outcome(`${hashed("10.77.9.9")} ${web.hostKey}\n`)).toBe("unknown-host-key");
});

test("on another port, the name has the port", async () => {
  const key = many.hostKeys["ed25519"] ?? "";
  expect(await outcome(`[${web.address}]:2201 ${key}\n`, { port: 2201 })).toBe("in");
  expect(await outcome(`[${web.address}]:2202 ${key}\n`, { port: 2201 })).toBe("unknown-host-key");
  expect(await outcome(`[${web.address}]:2201 ${other}\n`, { port: 2201 })).toBe("changed-host-key");
});

test.each(["ed25519", "ecdsa", "rsa"])(
  "a known %s key is met, although the server has others that are not known",
  async (type) => {
    expect(await outcome(`[${web.address}]:2201 ${many.hostKeys[type] ?? ""}\n`, { port: 2201 })).toBe("in");
  },
);

test("a revoked key is refused", async () => {
  expect(await outcome(`${web.address} ${web.hostKey}\n@revoked * ${web.hostKey}\n`)).toBe("revoked-host-key");
});

describe("pins", () => {
  test.each(["ed25519", "ecdsa", "rsa"])("the fingerprint of the server's %s key lets in", async (type) => {
    expect(await outcome("", { port: 2201, hostKeys: [print(many.hostKeys[type])] })).toBe("in");
  });

  test("the public key lets in", async () => {
    expect(await outcome("", { hostKeys: [`${web.hostKey} root@web`] })).toBe("in");
  });

  test("a wrong one is refused even where known_hosts knows the key, with all keys that the server has", async () => {
    me.write("known_hosts", `[${web.address}]:2201 ${many.hostKeys["ed25519"] ?? ""}\n`);
    const { code, message } = await me.refusal(target({ port: 2201, hostKeys: [print(other)] }));
    expect(code).toBe("changed-host-key");
    for (const key of Object.values(many.hostKeys)) expect(message).toContain(print(key));
    expect(message).toContain(`pinned is ${print(other)}`);
  });

  test("a changed known_hosts entry does not matter where the pin is right", async () => {
    expect(await outcome(`${web.address} ${other}\n`, { hostKeys: [print(web.hostKey)] })).toBe("in");
  });
});

test("HostKeyAlias and UserKnownHostsFile of ssh_config are used", async () => {
  me.write(
    "config",
    `Host short\n  HostName ${web.address}\n  HostKeyAlias alias\n  UserKnownHostsFile ~/.ssh/aliases\n`,
  );
  me.write("aliases", `alias ${web.hostKey}\n`);
  expect(await outcome("", { address: "short" })).toBe("in");
  me.write("aliases", `${web.address} ${web.hostKey}\n`);
  expect(await outcome("", { address: "short" })).toBe("unknown-host-key");
});

test("over IPv6", async () => {
  expect(await outcome(`${web.address6} ${web.hostKey}\n`, { address: web.address6 })).toBe("in");
});
