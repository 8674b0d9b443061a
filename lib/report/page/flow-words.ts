import type { Flow } from "../data";

/** `ext to host: https; ssh from office; but not smtp` */
export function flowInWords({ from, to, admits, refuses, extent }: Flow): string {
  const but = refuses.length > 0 && extent !== "nothing" ? `; but not ${refuses.join("; ")}` : "";
  return `${from} to ${to}: ${admits.join("; ") || "nothing"}${but}`;
}
