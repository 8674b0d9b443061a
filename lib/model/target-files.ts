import type { JumpHop, SshTarget } from "./target";

/** Makes a file's path absolute. */
export type ResolveFile = (file: string) => string;

/**
 * How a host is reached, with absolute paths: relative ones are meant from where they were written. `~` is the home of
 * whoever deploys, so that it stays.
 */
export function filesOf<T extends SshTarget>(target: T, resolveFile: ResolveFile): T {
  return {
    ...withFiles(target, resolveFile),
    ...(target.jump && { jump: target.jump.map((hop) => withFiles(hop, resolveFile)) }),
  };
}

function withFiles<T extends JumpHop>(given: T, resolveFile: ResolveFile): T {
  const absolute = (file: string) => (file.startsWith("~") ? file : resolveFile(file));
  const { identityFiles, knownHostsFiles } = given;
  return {
    ...given,
    ...(identityFiles && { identityFiles: identityFiles.map(absolute) }),
    ...(knownHostsFiles && { knownHostsFiles: knownHostsFiles.map(absolute) }),
  };
}
