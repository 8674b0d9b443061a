import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { randomBytes } from "node:crypto";
import { BACKENDS } from "../../../examples/stacks/backend";
import type { Needed } from "../needed";
import { freePort, type Access, type StateStore } from "./store";

const BUCKET = "example-firewalls";
const USER = "deployer";
const START_MS = 60_000;

/** It imitates Amazon's services, with the conditional writes that the lock is made of. Debian does not have it. */
export const MOTO: Needed = {
  name: "Moto",
  isThere: (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, "moto_server"))),
  cure: "Install Python's package `moto[server]` to run it.",
  isInCi: false,
};

export async function startMoto(): Promise<StateStore> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const secret = randomBytes(20).toString("hex");
  const server = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const stop = async () => {
    const ended = once(server, "exit");
    if (server.exitCode === null && server.kill("SIGKILL")) await ended;
  };

  const deadline = Date.now() + START_MS;
  const makeBucket = () => fetch(`${url}/${BUCKET}`, { method: "PUT" }).then(({ ok }) => ok, () => false); // prettier-ignore
  while (!(await makeBucket())) {
    await new Promise((resume) => setTimeout(resume, 100));
    if (server.exitCode === null && Date.now() < deadline) continue;
    await stop();
    throw new Error("moto_server does not start");
  }

  const access: Access = {
    prepare: (stack) => {
      BACKENDS.s3(stack);
      stack.addOverride("terraform.backend.s3.use_path_style", true); // no DNS has a name for the bucket here
    },
    env: { AWS_ACCESS_KEY_ID: USER, AWS_SECRET_ACCESS_KEY: secret, AWS_ENDPOINT_URL: url },
  };
  // Moto looks at who asks, and not at the signature.
  const headers = { authorization: `AWS4-HMAC-SHA256 Credential=${USER}/20260101/eu-central-1/s3/aws4_request` };
  const get = async (path: string) => {
    const answer = await fetch(`${url}/${BUCKET}${path}`, { headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.text();
  };
  return {
    accesses: [access, access],
    secrets: [secret],
    states: async () => {
      const keys = [...(await get("?list-type=2")).matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = ""]) => key);
      return Object.fromEntries(
        await Promise.all(keys.map(async (key) => [key.replace(/\.tfstate$/, ""), await get(`/${key}`)] as const)),
      );
    },
    stop,
  };
}
