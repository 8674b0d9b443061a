import { asRoot, sudoFailure } from "../../../lib/remote/sudo";

const failureOf = (code: number | null, stderr: string) =>
  sudoFailure({ code, stdout: "", stderr }, "deploy", "web-1")?.code;

// The texts are those of sudo 1.8 and 1.9, of sudo-rs, and of coreutils' and busybox' env.
test.each([
  ["sudo-password-required", 1, "sudo: a password is required\n"],
  ["sudo-password-required", 1, "noise of the login shell\nsudo: a password is required\n"],
  ["sudo-password-required", 1, "sudo: interactive authentication is required\n"],
  ["sudo-requires-tty", 1, "sudo: sorry, you must have a tty to run sudo\n"],
  [
    "sudo-not-permitted",
    1,
    "deploy is not in the sudoers file.\nThis incident has been reported to the administrator.\n",
  ],
  ["sudo-not-permitted", 1, "deploy is not in the sudoers file.  This incident will be reported.\n"],
  ["sudo-not-permitted", 1, "Sorry, user deploy is not allowed to execute '/bin/sh -c id' as root on web-1.\n"],
  ["sudo-not-permitted", 1, "Sorry, user deploy may not run sudo on web-1.\n"],
  ["sudo-not-permitted", 1, "sudo: I'm sorry deploy. I'm afraid I can't do that\n"],
  ["sudo-missing", 127, "env: 'sudo': No such file or directory\n"],
  ["sudo-missing", 127, "env: can't execute 'sudo': No such file or directory\n"],
  ["sudo-failed", 1, "sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set\n"],
  [undefined, 0, "sudo: a password is required\n"],
  [undefined, 1, "iptables: a password is required\n"],
  [undefined, 1, ""],
  [undefined, 127, "sh: 1: frobnicate: not found\n"],
  [undefined, null, "sudo: a password is required\n"],
])("%s: exit %s, %j", (code, exit, stderr) => {
  expect(failureOf(exit, stderr)).toBe(code);
});

test("the command goes to root's shell as one quoted word", () => {
  expect(asRoot("echo 'x'; id")).toBe(`env LC_ALL=C sudo -n -- /bin/sh -c 'echo '\\''x'\\''; id'`);
});
