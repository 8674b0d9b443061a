import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../../lib/remote";

/** What an agent answers that holds no keys: SSH_AGENT_IDENTITIES_ANSWER (draft-ietf-sshm-ssh-agent, 5.2). */
const NO_KEYS = Buffer.from([0, 0, 0, 5, 12, 0, 0, 0, 0]);

const folder = mkdtempSync(join(tmpdir(), "connect-"));
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

async function listening(server: Server, at: number | string): Promise<Server> {
  servers.push(server);
  await once(server.listen(at), "listening");
  return server;
}

test("a host is connected to before the keys are read, and asked again where it did not wait for them", async () => {
  let taken = 0;
  let hostClosed: () => void = () => undefined;
  const firstClosed = new Promise<void>((resolve) => (hostClosed = resolve));
  const host = await listening(
    createServer((socket) => {
      taken++;
      socket.on("close", hostClosed).end();
    }),
    0,
  );
  const agentSocket = join(folder, "agent");
  await listening(
    createServer((socket) => {
      socket.once("data", () => void firstClosed.then(() => socket.end(NO_KEYS)));
    }),
    agentSocket,
  );

  const { port } = host.address() as AddressInfo;
  const target = { address: "127.0.0.1", port, identityFiles: [], knownHostsFiles: [], connectTimeout: 2 };
  const attempt = connect(target, { configFile: null, env: { HOME: folder, SSH_AUTH_SOCK: agentSocket } });

  await expect(attempt).rejects.toMatchObject({ code: "handshake-failed" });
  expect(taken).toBeGreaterThan(1);
});
