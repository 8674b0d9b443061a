import { UserError } from "../model/user-error";
import type { RunResult } from "./options";
import { quote } from "./quote";

/**
 * The command, as root, without a question: `-n` makes sudo fail where it would ask for a password.
 * The C locale makes its complaints readable to `sudoFailure`.
 */
export function asRoot(command: string): string {
  return `env LC_ALL=C sudo -n -- /bin/sh -c ${quote(command)}`;
}

/** What sudo, and not the command, complained about; undefined when the command ran. */
export function sudoFailure(result: RunResult, user: string, where: string): UserError | undefined {
  const says = (pattern: RegExp) =>
    result.stderr
      .split("\n")
      .find((line) => pattern.test(line))
      ?.trim();
  if ((result.code === 127 || result.code === 126) && says(/^env: .*sudo/)) {
    return new UserError(
      "sudo-missing",
      `sudo is not installed on ${where}, and the user \`${user}\` is not root`,
      "Install sudo and let this user use it, or connect as root: `user: root`.",
    );
  }
  if (result.code !== 1) return undefined;
  if (
    says(/^sudo: (a password is required|interactive authentication is required|.*[Aa]uthentication (failed|required))/)
  ) {
    return new UserError(
      "sudo-password-required",
      `sudo on ${where} asks the user \`${user}\` for a password: it does not permit /bin/sh without one`,
      rule(user),
    );
  }
  if (says(/^sudo: .*must have a tty/)) {
    return new UserError(
      "sudo-requires-tty",
      `sudo on ${where} wants a terminal from the user \`${user}\``,
      `Take \`requiretty\` away from this user, by \`visudo\`: Defaults:${user} !requiretty`,
    );
  }
  const refusal = says(
    /not in the sudoers file|is not allowed to (execute|run)|may not run sudo|I'm sorry .*\. I'm afraid/,
  );
  if (refusal !== undefined) {
    return new UserError(
      "sudo-not-permitted",
      `sudo on ${where} does not permit it to \`${user}\`: ${refusal}`,
      rule(user),
    );
  }
  const broken = says(
    /^sudo: (.*must be owned by uid 0|.*no new privileges|.*effective uid is not 0|unable to initialize)/,
  );
  if (broken !== undefined) return new UserError("sudo-failed", `sudo does not work on ${where}: ${broken}`);
  return undefined;
}

function rule(user: string): string {
  return `As root on that machine, by \`visudo -f /etc/sudoers.d/cdkfw\`: ${user} ALL=(root) NOPASSWD: /bin/sh`;
}
