import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../model/user-error";
import { asset } from "./places";
import { run } from "./process";

/**
 * The command line that runs another in a seat: namespaces of its own, in which it sits on the management side, with the
 * machine's files, and reaches nothing but what labs it starts. An ordinary user's seat is in a user namespace too.
 */
export function seatCommand(image: string, command: readonly string[]): string[] {
  return [...unshare(), "sh", asset("seat.sh"), image, ...command];
}

function unshare(): string[] {
  const user = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  const namespaces = ["--mount", "--net", "--pid", "--uts", "--ipc", "--mount-proc", "--propagation", "private"];
  return ["unshare", ...user, ...namespaces, "--fork", "--kill-child=KILL"];
}

/** The ways in which distributions forbid user namespaces: the setting, and the value that does. */
const forbidding = [
  { setting: "kernel.unprivileged_userns_clone", value: "0", cure: "1" },
  { setting: "kernel.apparmor_restrict_unprivileged_userns", value: "1", cure: "0" },
  { setting: "user.max_user_namespaces", value: "0", cure: "10000" },
];

/** Refuses, in a sentence, where the kernel would refuse a seat. */
export async function checkNamespaces(): Promise<void> {
  const trial = await run([...unshare(), "true"]).catch((error: Error) => ({ code: 1, stderr: error.message }));
  if (trial.code === 0) return;
  const still = "Everything of cdkfw but the sandbox works without them.";
  if (process.getuid?.() === 0) {
    const reason = trial.stderr.trim().split("\n")[0] ?? "";
    throw new UserError("no-namespaces", `The lab needs Linux namespaces, and this machine refuses: ${reason}`, still);
  }
  const culprit = forbidding.find(({ setting, value }) => {
    const path = `/proc/sys/${setting.replace(".", "/")}`;
    return existsSync(path) && readFileSync(path, "utf8").trim() === value;
  });
  throw new UserError(
    "no-user-namespaces",
    "Without root the lab needs unprivileged user namespaces, and this machine forbids them" +
      (culprit ? `: ${culprit.setting} is ${culprit.value}.` : "."),
    `Run as root${culprit ? `, or allow them: sysctl ${culprit.setting}=${culprit.cure}` : ""}. ${still}`,
  );
}
