import { appendFileSync } from "node:fs";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { addUser, startSshd, type Sshd } from "../../fixtures/sshd";
import { Deployer } from "../../fixtures/sshd-deployer";

let lab: Lab;
let web: LabHost;
let me: Deployer;
let password: Sshd;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ name: "web" }] });
  web = lab.host("web");
  me = new Deployer(lab);
  const plain = await me.makeKey("plain");
  const rsa = await me.makeKey("rsa", { type: "rsa" });
  const ecdsa = await me.makeKey("ecdsa", { type: "ecdsa" });
  const locked = await me.makeKey("locked", { passphrase: "secret" });
  await me.makeKey("stranger");
  await addUser(web, "ops", { uid: 2001, authorizedKeys: [plain, rsa, ecdsa, locked] });
  password = await startSshd(web, 2201, ["PasswordAuthentication yes", "PubkeyAuthentication no"]);
  me.write(
    "known_hosts",
    `${web.address} ${web.hostKey}\n[${web.address}]:2201 ${password.hostKeys["ed25519"] ?? ""}\n`,
  );
});
afterEach(() => me.closeAll());
afterAll(async () => {
  me?.remove();
  await lab?.stop();
});

const ops = (identityFiles?: string[]) => ({
  address: web.address,
  user: "ops",
  ...(identityFiles && { identityFiles }),
});

async function whoami(identityFiles?: string[]) {
  const connection = await me.connect(ops(identityFiles));
  return (await connection.run("id -un")).stdout;
}

describe("by key file", () => {
  test.each(["plain", "rsa", "ecdsa"])("%s", async (name) => {
    expect(await whoami([me.path(name)])).toBe("ops\n");
  });

  test("relative to the base folder", async () => {
    expect(await whoami([".ssh/plain"])).toBe("ops\n");
  });

  test("the usual files, when none is named", async () => {
    me.write("id_ecdsa", me.read("ecdsa"));
    expect(await whoami()).toBe("ops\n");
    me.write("id_ecdsa", "");
    expect((await me.refusal(ops())).code).toBe("authentication-failed");
  });

  test("one after the other, until one is taken", async () => {
    expect(await whoami([me.path("stranger"), me.path("missing"), me.path("plain")])).toBe("ops\n");
  });
});

describe("by agent", () => {
  beforeAll(() => me.startAgent([{ name: "stranger" }, { name: "rsa" }, { name: "locked", passphrase: "secret" }]));
  afterAll(() => me.stopAgent());

  test("any of its keys", async () => {
    expect(await whoami([])).toBe("ops\n");
  });

  test("a file protected by a passphrase, whose key the agent holds", async () => {
    expect(await whoami([me.path("locked")])).toBe("ops\n");
  });

  test("a public key file alone", async () => {
    expect(await whoami([me.path("locked.pub")])).toBe("ops\n");
  });

  test("with IdentitiesOnly, only those of its keys that are named", async () => {
    me.write("config", `Host ${web.address}\n  IdentitiesOnly yes\n  IdentityFile ${me.path("stranger")}\n`);
    const { code, message } = await me.refusal(ops());
    expect(code).toBe("authentication-failed");
    expect(message).toContain("stranger by the agent");
    expect(message).not.toContain("rsa by the agent");
    appendFileSync(me.path("config"), `  IdentityFile ${me.path("locked")}\n`);
    expect(await whoami()).toBe("ops\n");
    me.write("config", "");
  });

  test("IdentityAgent none leaves it alone", async () => {
    me.write("config", "IdentityAgent none\n");
    expect((await me.refusal(ops([]))).message).toContain("there was no key to try");
    me.write("config", "");
  });

  test("more keys than the server allows attempts are told, with the cure", async () => {
    const strict = await startSshd(web, 2202, ["MaxAuthTries 1"]);
    const target = { ...ops([]), port: 2202, hostKeys: [strict.hostKeys["ed25519"] ?? ""] };
    const { code, message, help } = await me.refusal(target);
    expect({ code, message }).toEqual({ code: "authentication-failed", message: expect.stringMatching(/[Tt]oo many/) });
    expect(help).toContain("identityFiles");
    await strict.kill();
  });
});

describe("an agent that is of no use", () => {
  test("nobody behind the socket: told, and the files still work", async () => {
    const env = { ...me.env, SSH_AUTH_SOCK: "/nowhere/agent" };
    const { message } = await me.refusal(ops([me.path("stranger")]), { env });
    expect(message).toContain("the agent at /nowhere/agent can not be asked");
    const connection = await me.connect(ops([me.path("plain")]), { env });
    expect((await connection.run("id -un")).stdout).toBe("ops\n");
  });
});

describe("refused", () => {
  test("a wrong key: named, with the user, the address, and what the server takes", async () => {
    const { code, message, help } = await me.refusal(ops([me.path("stranger")]));
    expect(code).toBe("authentication-failed");
    expect(message).toContain(`${web.address} port 22 did not let the user \`ops\` in`);
    expect(message).toMatch(/stranger \(SHA256:[A-Za-z0-9+/]{43}\)/);
    expect(message).toContain("the server takes: publickey");
    expect(help).toContain(`ops@${web.address}`);
  });

  test("a wrong user", async () => {
    const target = { address: web.address, user: "nobody-here", identityFiles: [me.path("plain")] };
    expect(await me.refusal(target)).toMatchObject({
      code: "authentication-failed",
      message: expect.stringContaining("`nobody-here`"),
    });
  });

  test("a passphrase and no agent: ssh-add is the cure", async () => {
    const { code, message, help } = await me.refusal(ops([me.path("locked")]));
    expect(code).toBe("authentication-failed");
    expect(message).toContain(`${me.path("locked")} is protected by a passphrase`);
    expect(help).toContain(`ssh-add ${me.path("locked")}`);
  });

  test("a key that others can read, one that is not there, and one that is none", async () => {
    const files = [me.write("open", me.read("plain"), 0o644), me.path("gone"), me.write("junk", "no key\n")];
    const { code, message } = await me.refusal(ops(files));
    expect(code).toBe("authentication-failed");
    expect(message).toContain(`${me.path("open")} can be read by others (mode 0644)`);
    expect(message).toContain(`${me.path("gone")} does not exist`);
    expect(message).toContain(`${me.path("junk")} can not be used`);
  });

  test("a server that takes passwords only", async () => {
    const { code, message, help } = await me.refusal({ ...ops([me.path("plain")]), port: password.port });
    expect(code).toBe("authentication-failed");
    expect(message).toContain("the server takes: password");
    expect(help).toContain("takes no keys");
  });

  test("a server that wants a second proof", async () => {
    const both = await startSshd(web, 2203, ["AuthenticationMethods publickey,password", "PasswordAuthentication yes"]);
    const target = { ...ops([me.path("plain")]), port: 2203, hostKeys: [both.hostKeys["ed25519"] ?? ""] };
    const { code, help } = await me.refusal(target);
    expect(code).toBe("authentication-failed");
    expect(help).toContain("second proof");
    await both.kill();
  });
});
