import { utils } from "ssh2";
import { knownHostsName, namesHost, parseKnownHosts } from "../../../lib/remote/known-hosts";

const key = utils.generateKeyPairSync("ed25519").public.split(" ").slice(0, 2).join(" ");
const blob = key.split(" ")[1];

describe("names of an entry", () => {
  test.each([
    ["web-1", "web-1", true],
    ["web-1", "web-2", false],
    ["WEB-1.Example.com", "web-1.example.com", true],
    ["web-1,203.0.113.5", "203.0.113.5", true],
    ["web-1,203.0.113.5", "203.0.113.50", false],
    ["*.example.com", "web.example.com", true],
    ["*.example.com", "example.com", false],
    ["*.example.com", "a.b.example.com", true],
    ["web-?", "web-1", true],
    ["web-?", "web-", false],
    ["web-?", "web-10", false],
    ["*.example.com,!db.example.com", "web.example.com", true],
    ["*.example.com,!db.example.com", "db.example.com", false],
    ["!db.example.com,*.example.com", "db.example.com", false],
    ["!db.example.com", "web.example.com", false],
    ["[web-1]:2222", "[web-1]:2222", true],
    ["[web-1]:2222", "web-1", false],
    ["web-1", "[web-1]:2222", false],
    ["[*.example.com]:2222", "[web.example.com]:2222", true],
    ["[2001:db8::1]:2222", "[2001:db8::1]:2222", true],
    ["2001:db8::1", "2001:db8::1", true],
    ["web.1", "web-1", false],
    ["web+(1)", "web+(1)", true],
    ["|1|broken", "web-1", false],
    ["|2|AAAA|BBBB", "web-1", false],
  ])("%s holds %s: %s", (names, name, holds) => {
    expect(namesHost(names, name)).toBe(holds);
  });
});

test.each([
  ["Web-1", 22, "web-1"],
  ["web-1", 2222, "[web-1]:2222"],
  ["2001:db8::1", 22, "2001:db8::1"],
  ["2001:db8::1", 2222, "[2001:db8::1]:2222"],
])("%s port %d is looked up as %s", (host, port, name) => {
  expect(knownHostsName(host, port)).toBe(name);
});

test("entries tell their marker, their names and their line; what is no entry is passed over", () => {
  const text = [
    "# a comment",
    "",
    `web-1 ${key} a comment`,
    `@revoked * ${key}`,
    `@cert-authority *.example.com ${key}`,
    `\tdb-1\t${key}\r`,
    "web-2 ssh-ed25519",
    `web-3 ssh-rsa ${blob}`,
    "web-4 ssh-ed25519 !!!!",
    `@nonsense web-5 ${key}`,
    "1024 35 1234567",
  ].join("\n");
  expect(parseKnownHosts(text, "f").map(({ marker, names, line }) => [marker, names, line])).toEqual([
    [undefined, "web-1", 3],
    ["revoked", "*", 4],
    ["cert-authority", "*.example.com", 5],
    [undefined, "db-1", 6],
  ]);
});

test("names hashed by ssh-keygen -H are found, others are not", () => {
  const hashed = {
    "web-1": "|1|zOlkveWKMSfllO6EseKb4AYm9U8=|IFkuyI3Q1kl96pRVd4SZhVNjQ08=",
    "203.0.113.5": "|1|vuWZ+ZDByGwexLlAxTpAT685CYg=|u+Q/mQQsFW9pFAnrWcXoWYJz+6c=",
    "[web-2]:2222": "|1|zj9HBa74FH3XxwkeWEP7DSwhnk4=|7CDcoRRsz+NHWGzD4FUc0WfipE8=",
  };
  for (const [name, hash] of Object.entries(hashed)) {
    const others = ["web-1", "203.0.113.5", "[web-2]:2222", "web-2", "[web-1]:2222", "web-3"].filter(
      (one) => one !== name,
    );
    expect(namesHost(hash, name)).toBe(true);
    expect(others.filter((other) => namesHost(hash, other))).toEqual([]);
  }
});
