import { isAbsolute, relative, sep } from "node:path";
import type { JumpHop, SshTarget } from "../model/target";

/**
 * Makes the paths in a target relative to the bundle's folder where they lie inside the project, so that a project can
 * be moved, and two checkouts of it give the same bytes. `~/…` and paths outside of the project stay as they are.
 */
export function portableTarget(target: SshTarget, project: string, folder: string): SshTarget {
  const portable = (path: string): string => {
    if (!isAbsolute(path)) return path;
    const inside = relative(project, path);
    return inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)
      ? path
      : relative(folder, path).split(sep).join("/");
  };
  const hop = <T extends JumpHop>(given: T): T => ({
    ...given,
    ...(given.identityFiles && { identityFiles: given.identityFiles.map(portable) }),
    ...(given.knownHostsFiles && { knownHostsFiles: given.knownHostsFiles.map(portable) }),
  });
  return { ...hop(target), ...(target.jump && { jump: target.jump.map(hop) }) };
}
