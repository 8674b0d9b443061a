import { asset } from "./places";

/**
 * The command line that runs another in a seat: namespaces of its own, in which it sits on the management side, with the
 * machine's files, and reaches nothing but what labs it starts. An ordinary user's seat is in a user namespace too.
 */
export function seatCommand(image: string, command: readonly string[]): string[] {
  const user = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  const namespaces = ["--mount", "--net", "--pid", "--uts", "--ipc", "--mount-proc", "--propagation", "private"];
  return [
    ...["unshare", ...user, ...namespaces, "--fork", "--kill-child=KILL"],
    ...["sh", asset("seat.sh"), image, ...command],
  ];
}
