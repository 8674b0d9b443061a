import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import type { Connection } from "../../../lib/remote";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { startSshd } from "../../fixtures/sshd";
import { Deployer, refusalOf } from "../../fixtures/sshd-deployer";

let lab: Lab;
let web: LabHost;
let me: Deployer;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ name: "web" }] });
  web = lab.host("web");
  me = new Deployer(lab);
});
afterEach(async () => {
  await web.mend();
  me.closeAll();
});
afterAll(async () => {
  me?.remove();
  await lab?.stop();
});

const target = (more = {}) => ({
  address: web.address,
  identityFiles: [web.ssh.identityFile],
  hostKeys: [web.hostKey],
  ...more,
});

/** What it comes to, and after how many seconds. */
async function timed(work: Promise<unknown>) {
  const begun = performance.now();
  const refusal = await refusalOf(work);
  return { ...refusal, seconds: (performance.now() - begun) / 1000 };
}

function lost(connection: Connection) {
  return new Promise<{ code?: string } | undefined>((resolve) =>
    connection.onClose((error) => resolve(error as never)),
  );
}

describe("connecting", () => {
  test("a port that nobody listens on is refused at once", async () => {
    const { code, message, seconds } = await timed(me.connect(target({ port: 2999 })));
    expect({ code, message }).toEqual({
      code: "connection-refused",
      message: `${web.address} port 2999 refused the connection`,
    });
    expect(seconds).toBeLessThan(1);
  });

  test("a cut link ends in time", async () => {
    await web.cut("in");
    const { code, help, seconds } = await timed(me.connect(target({ connectTimeout: 1 })));
    expect(code).toBe("connection-timeout");
    expect(help).toContain("connectTimeout");
    expect(seconds).toBeGreaterThan(0.9);
    expect(seconds).toBeLessThan(2);
  });

  test("a network without a route", async () => {
    expect((await me.refusal(target({ address: "192.0.2.1", connectTimeout: 2 }))).code).toBe("host-unreachable");
  });

  test("a name without an address", async () => {
    const { code, message } = await me.refusal(target({ address: "nobody.invalid" }));
    expect(code).toBe("name-not-found");
    expect(message).toContain("`nobody.invalid`");
  });

  test("an abort signal ends it", async () => {
    await web.cut("in");
    const { code, seconds } = await timed(me.connect(target(), { signal: AbortSignal.timeout(300) }));
    expect(code).toBe("interrupted");
    expect(seconds).toBeLessThan(1);
    expect((await me.refusal(target(), { signal: AbortSignal.abort() })).code).toBe("interrupted");
  });

  describe("to something that is no SSH server", () => {
    let server: Server;
    async function serve(answer: (write: (text: string) => void, end: () => void) => void) {
      server = createServer((socket) => {
        socket.on("error", () => undefined).resume();
        answer(
          (text) => socket.write(text),
          () => socket.end(),
        );
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      return { address: "127.0.0.1", port: (server.address() as AddressInfo).port, connectTimeout: 2 };
    }
    afterEach(() => new Promise((resolve) => server.close(resolve)));

    test("it keeps silent", async () => {
      const { code, message, seconds } = await timed(me.connect(target(await serve(() => undefined))));
      expect({ code, message }).toEqual({
        code: "connection-timeout",
        message: expect.stringContaining("answer as an SSH server"),
      });
      expect(seconds).toBeLessThan(3);
    });

    test("it closes at once", async () => {
      const { code, help } = await me.refusal(target(await serve((_, end) => end())));
      expect(code).toBe("handshake-failed");
      expect(help).toContain("MaxStartups");
    });

    test("it talks HTTP", async () => {
      const { code } = await me.refusal(
        target(
          await serve((write, end) => {
            write("HTTP/1.1 400 Bad Request\r\n\r\n");
            end();
          }),
        ),
      );
      expect(code).toBe("handshake-failed");
    });

    test("it talks nonsense without end", async () => {
      const { code } = await me.refusal(target(await serve((write) => write("SSH-2.0-x\r\n" + "\0".repeat(100_000)))));
      expect(code).toBe("handshake-failed");
    });
  });
});

describe("while connected", () => {
  test("a link that dies silently is noticed by the keep-alive", async () => {
    const connection = await me.connect(target(), { keepaliveSeconds: 0.3 });
    const running = timed(connection.run("sleep 30"));
    const ended = lost(connection);
    await web.cut("both");
    const { code, message, seconds } = await running;
    expect(code).toBe("connection-lost");
    expect(message).toContain("no sign of life");
    expect(seconds).toBeLessThan(3);
    expect(await ended).toMatchObject({ code: "connection-lost" });
    expect((await timed(connection.run("true"))).code).toBe("connection-lost");
  });

  test("a command begun over a link that is dead already is lost, not refused", async () => {
    const connection = await me.connect(target(), { keepaliveSeconds: 0.3 });
    await web.cut("both");
    expect((await refusalOf(connection.run("true"))).code).toBe("connection-lost");
  });

  test("a link that dies only on the way back is noticed too", async () => {
    const connection = await me.connect(target(), { keepaliveSeconds: 0.3 });
    await web.cut("out");
    expect(await lost(connection)).toMatchObject({ code: "connection-lost" });
  });

  test("a short cut is survived", async () => {
    const connection = await me.connect(target(), { keepaliveSeconds: 2 });
    await web.cut("in");
    const running = connection.run("echo still here");
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await web.mend();
    expect((await running).stdout).toBe("still here\n");
  });

  test("closing over a cut link takes no longer than otherwise", async () => {
    const connection = await me.connect(target());
    await web.cut("both");
    const ended = lost(connection);
    connection.close();
    expect(await ended).toBeUndefined();
  });

  test("an sshd that is killed while a command runs", async () => {
    const sshd = await startSshd(web, 2201);
    const connection = await me.connect(target({ port: 2201, hostKeys: [sshd.hostKeys["ed25519"]] }));
    const running = refusalOf(connection.run("sleep 30"));
    await connection.run("true");
    await sshd.kill();
    expect((await running).code).toBe("connection-lost");
  });

  test("a host that is switched off, and on again", async () => {
    const connection = await me.connect(target(), { keepaliveSeconds: 0.3 });
    const ended = lost(connection);
    await web.stop();
    expect(await ended).toMatchObject({ code: "connection-lost" });
    await web.start();
    expect((await (await me.connect(target())).run("echo back")).stdout).toBe("back\n");
  });
});

describe("the process", () => {
  /** Runs a script in a node of its own, with nothing in it that ends the process. @returns seconds after its last line */
  async function process(script: string) {
    const remote = JSON.stringify(join(__dirname, "../../../lib/remote"));
    const env = JSON.stringify(me.env);
    const code = `const { connect } = require(${remote}); const target = ${JSON.stringify(target())}; const env = ${env};
      (async () => { ${script} ; console.log("last line"); })().catch((error) => console.log("failed", error));`;
    const child = spawn("node", ["--import", "tsx", "--eval", code], {
      cwd: join(__dirname, "../../.."),
      timeout: 30_000,
    });
    let out = "";
    let saidAt = 0;
    child.stdout.on("data", (data: Buffer) => {
      out += data.toString();
      saidAt = performance.now();
    });
    child.stderr.on("data", (data: Buffer) => (out += data.toString()));
    const [status] = (await once(child, "close")) as [number | null];
    return { status, out, seconds: (performance.now() - saidAt) / 1000 };
  }

  test("ends by itself after close", async () => {
    const { status, out, seconds } = await process(
      `const c = await connect(target, { env }); console.log((await c.run("echo hi")).stdout); c.close();`,
    );
    expect({ status, out }).toEqual({ status: 0, out: "hi\n\nlast line\n" });
    expect(seconds).toBeLessThan(1);
  });

  test("ends by itself after a failure to connect", async () => {
    const { status, out, seconds } = await process(
      `for (const more of [{ port: 2999 }, { hostKeys: ["SHA256:x"] }, { identityFiles: [] }, { user: "x" }])
         await connect({ ...target, ...more }, { env }).catch((e) => console.log(e.code));`,
    );
    expect({ status, out }).toEqual({
      status: 0,
      out: "connection-refused\nchanged-host-key\nauthentication-failed\nauthentication-failed\nlast line\n",
    });
    expect(seconds).toBeLessThan(1.5);
  });

  test("ends by itself when a link is cut and closed", async () => {
    await web.exec("true");
    const running = process(
      `const c = await connect(target, { env }); console.log("ready"); await new Promise((r) => setTimeout(r, 1500)); c.close();`,
    );
    setTimeout(() => void web.cut("both"), 1500);
    const { status, seconds } = await running;
    expect(status).toBe(0);
    expect(seconds).toBeLessThan(2);
  });
});
