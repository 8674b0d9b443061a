import type { JumpHop } from "../model/target";
import { UserError } from "../model/user-error";

/**
 * The hops of ssh_config's `ProxyJump [user@]host[:port],…`; none for `none`.
 *
 * @throws UserError `ssh-config-invalid`
 */
export function parseProxyJump(text: string): JumpHop[] {
  if (text.toLowerCase() === "none") return [];
  return text.split(",").map((part) => {
    const hop = /^(?:ssh:\/\/)?(?:([^@/]+)@)?(?:\[([^\]]+)\]|([^:@/]+))(?::(\d+))?\/?$/.exec(part.trim());
    const address = hop?.[2] ?? hop?.[3];
    const port = hop?.[4] === undefined ? undefined : Number(hop[4]);
    if (address === undefined || (port !== undefined && (port < 1 || port > 65535))) {
      throw new UserError("ssh-config-invalid", `ssh_config: \`ProxyJump ${text}\` is not [user@]host[:port], …`);
    }
    const user = hop?.[1];
    return { address, ...(user !== undefined && { user }), ...(port !== undefined && { port }) };
  });
}
