import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../model/user-error";
import { cacheFolder } from "../places";
import { mustRun } from "../process";
import { cached } from "./cached";
import { downloadOnly } from "./download";
import { ENGINES, engineNames, engineVersion, RUNTIME, type EngineName } from "./engine-recipe";
import { unpackPackages } from "./unpack";

/** Where the engine layers of a cache are, and what they are called there. */
export const engineCache = () => join(cacheFolder(), "engines");
export const engineFolder = (engine: EngineName) => `docker${engine}-${engineVersion(engine)}`;

/** The one container image of the lab, in an engine layer: for `docker import`. */
export const CONTAINER_IMAGE = "usr/share/cdkfw-lab/container.tar";

/** Of no use in the lab, and large. */
const leftOut = ["ctr", "containerd-stress", "containerd-shim", "containerd-shim-runc-v1"];

/**
 * A layer with Docker, to be laid over the image: unpacked, not installed. Built on the first use: some 70 MB of
 * downloads, 15 s, 240 MB on disk.
 * @param image the hosts' image, which has a static busybox
 */
export function ensureEngine(
  engine: EngineName,
  image: string,
  progress: (line: string) => void = () => undefined,
): Promise<string> {
  return cached(engineCache(), `docker${engine}`, engineVersion(engine), async (building) => {
    progress(`downloading Docker (${engine})`);
    const layer = join(building, "layer");
    mkdirSync(layer, { mode: 0o755 });
    for (const [index, { source, packages }] of [RUNTIME, ENGINES[engine]].entries()) {
      await unpackPackages(layer, await downloadOnly(join(building, `apt${index}`), source, packages));
    }
    for (const name of leftOut) rmSync(join(layer, "usr/bin", name), { force: true });
    await makeContainerImage(join(building, "container"), image, join(layer, CONTAINER_IMAGE));
    return layer;
  });
}

/**
 * A container's root with busybox and its applets. Its links to /usr make all of the host's programs run in it, Python
 * too, where the host's /usr is mounted: `docker run -v /usr:/usr:ro lab python3 …`.
 */
async function makeContainerImage(root: string, image: string, file: string): Promise<void> {
  for (const folder of ["bin", "etc", "proc", "sys", "dev", "run", "tmp", "usr"]) {
    mkdirSync(join(root, folder), { recursive: true, mode: folder === "tmp" ? 0o777 : 0o755 });
  }
  for (const name of ["lib", "lib64", "sbin"]) symlinkSync(`usr/${name}`, join(root, name));
  const busybox = join(image, "usr/bin/busybox");
  await mustRun(["cp", busybox, join(root, "bin/busybox")]);
  for (const applet of ["sh", "ls", "cat", "nc", "ping", "ping6", "ip", "httpd", "sleep", "echo"]) {
    symlinkSync("busybox", join(root, "bin", applet));
  }
  mkdirSync(join(file, ".."), { recursive: true });
  await mustRun(["tar", "--numeric-owner", "--owner=0", "--group=0", "-C", root, "-cf", file, "."]);
}

/** @throws UserError where there is no such engine */
export function engineNamed(name: string): EngineName {
  const known = engineNames.find((candidate) => candidate === name);
  if (known !== undefined) return known;
  const names = engineNames.map((one) => `\`${one}\``).join(", ");
  throw new UserError("unknown-engine", `The lab has no Docker \`${name}\`.`, `It has ${names}.`);
}
