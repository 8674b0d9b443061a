import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TerraformStack } from "cdktf";
import { BACKENDS } from "../../../examples/stacks/backend";
import { mustRun, run } from "../../../lib/sandbox/process";
import type { Needed } from "../needed";
import { selfSigned, toPem } from "../stand-in/certificate";
import { freePort, type StateStore } from "./store";

/** Where Debian has the programs of each version. */
const VERSIONS = "/usr/lib/postgresql";
/** The server does not run as root. What it makes belongs to root all the same, outside of this namespace. */
const AS_NOBODY = ["unshare", "--user", "--map-user=65534", "--map-group=65534"];
const DATABASE = "terraform";
const START_MS = 30_000;

/** The programs of the newest PostgreSQL that is installed. */
function programs(): string | undefined {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : [];
  const folders = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(VERSIONS, version, "bin"));
  return folders.find((folder) => existsSync(join(folder, "initdb")));
}

export const POSTGRESQL: Needed = {
  name: "PostgreSQL",
  isThere: programs() !== undefined,
  cure: "Install Debian's package `postgresql` to run it.",
  isInCi: true,
};

/** A server of its own in a temporary folder, with TLS and a user with a password who owns the one database. */
export async function startPostgresql(): Promise<StateStore> {
  const bin = programs() ?? "";
  const folder = mkdtempSync(join(tmpdir(), "postgresql-"));
  const data = join(folder, "data");
  const password = randomBytes(12).toString("hex");
  const port = await freePort();

  const init = ["-D", data, "-U", "postgres", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync"];
  await mustRun([...AS_NOBODY, join(bin, "initdb"), ...init]);
  const { key, certificate } = selfSigned();
  writeFileSync(join(data, "server.key"), key, { mode: 0o600 });
  writeFileSync(join(data, "server.crt"), toPem(certificate));
  const settings = ["ssl=on", "fsync=off", "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`];
  const [unshare = "", ...words] = [...AS_NOBODY, join(bin, "postgres"), "-D", data, "-p", String(port)];
  const log: string[] = [];
  const server = spawn(unshare, [...words, ...settings.flatMap((one) => ["-c", one])], { stdio: ["ignore", "ignore", "pipe"] }); // prettier-ignore
  server.stderr.on("data", (text: Buffer) => log.push(text.toString()));

  /** As the owner of the server, over its socket. */
  const psql = (database: string) => [join(bin, "psql"), "-h", folder, "-p", String(port), "-U", "postgres", "-d", database, "-AtX"]; // prettier-ignore
  const ask = (sql: string) => mustRun([...psql(DATABASE), "-c", sql]);
  const stop = async () => {
    const ended = once(server, "exit");
    if (server.exitCode === null && server.kill("SIGINT")) await ended; // "fast": who is connected is cut off
    rmSync(folder, { recursive: true, force: true });
  };

  const deadline = Date.now() + START_MS;
  while ((await run([...psql("postgres"), "-c", "SELECT"])).code !== 0) {
    if (server.exitCode === null && Date.now() < deadline) continue;
    await stop();
    throw new Error(`PostgreSQL does not start:\n${log.join("")}`);
  }
  for (const sql of [
    `CREATE ROLE deployer LOGIN PASSWORD '${password}'`,
    `CREATE DATABASE ${DATABASE} OWNER deployer`,
  ]) {
    await mustRun([...psql("postgres"), "-c", sql]);
  }

  const at = (connStr: string | undefined) => (stack: TerraformStack) => {
    BACKENDS.postgresql(stack);
    stack.addOverride("terraform.backend.pg.conn_str", connStr);
  };
  const place = `127.0.0.1:${port}/${DATABASE}`;
  return {
    accesses: [
      { prepare: at(`postgres://${place}`), env: { PGUSER: "deployer", PGPASSWORD: password } },
      { prepare: at(undefined), env: { PG_CONN_STR: `postgres://deployer:${password}@${place}` } },
    ],
    secrets: [password],
    states: async () => {
      const schemas = await ask("SELECT schemaname FROM pg_tables WHERE tablename = 'states' ORDER BY 1");
      const names = schemas.split("\n").filter((name) => name !== "");
      return Object.fromEntries(
        await Promise.all(names.map(async (name) => [name, await ask(`SELECT * FROM "${name}".states`)] as const)),
      );
    },
    stop,
  };
}
