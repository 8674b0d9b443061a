import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utils } from "ssh2";
import type { Hop } from "../../../lib/remote/hop";
import { hostKeyCheck } from "../../../lib/remote/host-keys";
import { fingerprint, parsePublicKey } from "../../../lib/remote/public-key";

const folder = mkdtempSync(join(tmpdir(), "host-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

function makeKey(type: "ed25519" | "ecdsa" | "rsa") {
  const pair = type === "ed25519" ? utils.generateKeyPairSync(type) : utils.generateKeyPairSync(type, bits[type]);
  const text = pair.public.split(" ").slice(0, 2).join(" ");
  const blob = parsePublicKey(text);
  if (blob === undefined) throw new Error(text);
  return { text, blob };
}
const bits = { ecdsa: { bits: 256 as const }, rsa: { bits: 2048 } };
const [ed, otherEd, ecdsa, rsa] = [makeKey("ed25519"), makeKey("ed25519"), makeKey("ecdsa"), makeKey("rsa")];

let files = 0;
async function check(knownHosts: string, hop: Partial<Hop> = {}) {
  const file = join(folder, `known_hosts${files++}`);
  writeFileSync(file, knownHosts);
  return hostKeyCheck({
    role: "host",
    alias: "web-1",
    host: "web-1",
    port: 22,
    user: "root",
    family: 0,
    hostKeyName: "web-1",
    pinnedHostKeys: [],
    knownHostsFiles: [join(folder, "missing"), file],
    identityFiles: [],
    identityFilesNamed: false,
    identitiesOnly: false,
    agentSocket: undefined,
    connectTimeoutSeconds: 1,
    ...hop,
  });
}

test("a known key is accepted, and any of several", async () => {
  const both = await check(`web-1 ${ed.text}\nweb-1 ${rsa.text}\n`);
  expect(both.refusal(ed.blob)).toBeUndefined();
  expect(both.refusal(rsa.blob)).toBeUndefined();
});

test("algorithms of known keys are offered first, so that they are not missed", async () => {
  expect((await check(`web-1 ${rsa.text}\n`)).algorithms.slice(0, 3)).toEqual([
    "rsa-sha2-512",
    "rsa-sha2-256",
    "ssh-ed25519",
  ]);
  expect((await check(`web-1 ${ecdsa.text}\n`)).algorithms[0]).toBe("ecdsa-sha2-nistp256");
  expect((await check("")).algorithms[0]).toBe("ssh-ed25519");
  expect((await check("")).algorithms).not.toContain("ssh-rsa");
});

test("an unknown key is refused with its fingerprint, the files, and both cures", async () => {
  const error = (await check(`web-2 ${ed.text}\n`, { port: 2222 })).refusal(ed.blob);
  expect(error?.code).toBe("unknown-host-key");
  expect(error?.message).toContain("web-1 port 2222");
  expect(error?.message).toContain(`ssh-ed25519 ${fingerprint(ed.blob)}`);
  expect(error?.message).toMatch(/Searched: .*missing, .*known_hosts\d+/);
  expect(error?.help).toContain("ssh-keyscan -p 2222 web-1 >>");
  expect(error?.help).toContain(`hostKeys: ["${fingerprint(ed.blob)}"]`);
});

test.each([
  ["of the same type", otherEd],
  ["of another type", ecdsa],
])("a changed key %s is refused with both fingerprints and the line of the old one", async (_, presented) => {
  const error = (await check(`# first\nweb-1 ${ed.text}\n`)).refusal(presented.blob);
  expect(error?.code).toBe("changed-host-key");
  expect(error?.message).toContain(fingerprint(presented.blob));
  expect(error?.message).toMatch(new RegExp(`${fingerprint(ed.blob).replace(/[+]/g, "\\+")} at .*known_hosts\\d+:2`));
  expect(error?.help).toContain("ssh-keygen -R web-1 -f");
});

test("a revoked key is refused even where another line knows it", async () => {
  const error = (await check(`web-1 ${ed.text}\n@revoked * ${ed.text}\n`)).refusal(ed.blob);
  expect(error?.code).toBe("revoked-host-key");
});

test("a certificate authority's key is not a host key", async () => {
  const error = (await check(`@cert-authority * ${ed.text}\n`)).refusal(ed.blob);
  expect(error?.code).toBe("unknown-host-key");
});

test("a line without a port vouches for the host on another port, and says nothing against another key there", async () => {
  const elsewhere = await check(`web-1 ${ed.text}\n`, { port: 2222 });
  expect(elsewhere.refusal(ed.blob)).toBeUndefined();
  expect(elsewhere.refusal(otherEd.blob)?.code).toBe("unknown-host-key");
});

test("a line with a port does not vouch for port 22", async () => {
  expect((await check(`[web-1]:2222 ${ed.text}\n`)).refusal(ed.blob)?.code).toBe("unknown-host-key");
});

describe("pins", () => {
  test.each([
    ["fingerprint", () => fingerprint(ed.blob)],
    ["fingerprint with padding", () => `${fingerprint(ed.blob)}=`],
    ["public key", () => `${ed.text} root@web-1`],
  ])("a pinned %s accepts its key and no other", async (_, pin) => {
    const pinned = await check("", { pinnedHostKeys: [pin()] });
    expect(pinned.refusal(ed.blob)).toBeUndefined();
    expect(pinned.refusal(otherEd.blob)?.code).toBe("changed-host-key");
  });

  test("where there are pins, known_hosts does not count", async () => {
    const pinned = await check(`web-1 ${otherEd.text}\n`, { pinnedHostKeys: [fingerprint(ed.blob)] });
    expect(pinned.refusal(otherEd.blob)?.code).toBe("changed-host-key");
    expect(pinned.refusal(ed.blob)).toBeUndefined();
  });

  test("the type of a pinned public key is offered first", async () => {
    expect((await check("", { pinnedHostKeys: [rsa.text] })).algorithms[0]).toBe("rsa-sha2-512");
  });

  test("a key that is not pinned makes the next handshake leave out its type, until none is left", async () => {
    let pinned = await check("", { pinnedHostKeys: [fingerprint(rsa.blob)] });
    expect(pinned.refusal(ed.blob)?.message).toContain(fingerprint(ed.blob));
    const second = pinned.retry;
    expect(second?.algorithms).not.toContain("ssh-ed25519");
    expect(second?.refusal(ecdsa.blob)?.message).toContain(`${fingerprint(ed.blob)}, ecdsa-sha2-nistp256`);
    expect(second?.retry?.refusal(rsa.blob)).toBeUndefined();
    pinned = await check("", { pinnedHostKeys: [fingerprint(rsa.blob)] });
    expect(pinned.retry).toBeUndefined();
  });

  test("a server that shows a type which was not offered is not asked again", async () => {
    const pinned = await check("", { pinnedHostKeys: [fingerprint(rsa.blob)] });
    pinned.refusal(ed.blob);
    pinned.retry?.refusal(ed.blob);
    expect(pinned.retry?.retry).toBeUndefined();
  });
});
