import { errorOf, lastLine } from "../../../lib/deploy/host-errors";
import { parseReply } from "../../../lib/deploy/protocol";
import { runtimeScript } from "../../../lib/host/runtime";

const error = (words: string, stderr = ""): ReturnType<typeof errorOf> =>
  errorOf(parseReply(`@cdkfw:t error ${words}\n@cdkfw:t end 1\n`, "t"), stderr);

test.each([
  ["lock-held anna@desk", /at work on the host: anna@desk/, /one change at a time/],
  ["lock-held", /its owner is not known/, /Try again/],
  ["change-pending anna@desk 17", /by anna@desk waits for its confirmation, 17 more seconds/, /cdkfw rollback/],
  [
    "missing-tools ipset,flock apt-get install ipset util-linux",
    /lacks ipset, flock/,
    /`apt-get install ipset util-linux` on the host, or .*install: true/,
  ],
  ["missing-tools nft apk add nftables", /lacks nft$/, /`apk add nftables`.*backend: "iptables"/],
  ["missing-tools nft - nftables", /lacks nft$/, /Install nftables on the host\./],
  ["missing-tools sha256sum - coreutils", /lacks sha256sum/, /Install coreutils on the host\./],
  ["no-package-manager nft,flock", /lacks nft, flock, and has no package manager/, /by hand.*apk/],
  ["install-failed apt-get install nftables : E: no space", /lacks: E: no space/, /`apt-get install nftables`/],
  ["not-root deploy", /user deploy may not/, /sudo/],
  ["iptables Can't lock /run/xtables.lock: busy", /Can't lock/, /fuser/],
  ["iptables Permission denied", /Permission denied/, /NET_ADMIN/],
  ["no-boot neither", /reboot/, /rc\.boot\.d/],
  ["disk /var/lib/cdkfw", /write to \/var\/lib\/cdkfw/, /full or read-only/],
  ["altered what arrived is not what was sent", /^what arrived/, /nothing was changed/],
  ["refused-by-kernel line 7 failed", /refused the rules .*: line 7 failed/, /Nothing was changed/],
  ["load-failed out of luck", /could not be loaded: out of luck/, /rules of before stand/],
  ["not-committed No space left", /No space left/, /rules of before stand/],
  ["not-unloaded busy", /taken from the kernel: busy/, /reboot/],
  ["no-timer the timer", /timer did not start/, /Nothing was changed/],
  ["not-pending unknown", /no change waits/, /cdkfw status/],
  ["not-pending rolled-back", /ended before: rolled-back/, /cdkfw status/],
  ["withdrawn", /given up/, /Deploy again/],
  ["rollback-failed x", /neither .* could be loaded: x/, /console/],
  ["constructor of nothing", /the host refused: constructor/, /cdkfw status/],
  ["some-news of tomorrow", /the host refused: some-news of tomorrow/, /cdkfw status/],
])("%s", (words, message, help) => {
  const said = error(words);
  expect(said?.code).toBe(words.split(" ")[0]);
  expect(said?.message).toMatch(message);
  expect(said?.help).toMatch(help);
});

test("what could not be received says why, in the shell's last words", () => {
  const said = error("incoming", "cat: write error: No space left on device\n\n");
  expect(said?.message).toBe("the deployment did not arrive whole: cat: write error: No space left on device");
});

test("a reply without an error has none", () => {
  expect(errorOf(parseReply("@cdkfw:t end 0\n", "t"))).toBeUndefined();
});

test.each([
  ["", ""],
  ["one\ntwo\r\n\n", "two"],
  ["\u001b[2Jclear\u0000", "[2Jclear"],
  ["x".repeat(400), "x".repeat(300)],
])("the last line of %j is %j", (text, line) => {
  expect(lastLine(text)).toBe(line);
});

test("the runtime knows no code that is explained to nobody", () => {
  const codes = [...runtimeScript().matchAll(/(?:(?<!found )\bfail|say error) ([a-z][a-z-]+)/g)].map(
    ([, code]) => code ?? "",
  );
  expect(codes.length).toBeGreaterThan(10);
  expect(codes.filter((code) => error(code)?.message.startsWith("the host refused"))).toEqual([]);
});
