import { Lab, type LabHost } from "../../../lib/sandbox";
import { bundleContents } from "../../../lib/synth/synthesize";
import { policyOf, rule } from "../../fixtures/policy";
import { deploy } from "./on-host";

/**
 * While rules replace rules, a packet meets the old ones or the new ones, whole. Both allow port 53 and forbid port 54;
 * all else differs.
 */
const REPLACEMENTS = 100;

let lab: Lab;
let host: LabHost;

beforeAll(async () => {
  lab = await Lab.start({ hosts: 1 });
  host = lab.host("h1");
  await lab.respond(host, { udp: [53] });
  // Brings the runtime.
  await deploy(host, { backend: "nftables", zones: { ext: ["wan0"] }, entries: entriesOf(0) });
});

afterAll(() => lab?.stop());

function entriesOf(variant: number) {
  const others = Array.from({ length: 100 }, (_, n) =>
    rule("reject", "ext", "host", { source: [`10.${variant}.${n}.0/24`], services: [`tcp/${2000 + n}`] }),
  );
  return [...others, rule("accept", "ext", "host", { services: ["udp/53"] }), rule("drop", "ext", "host")];
}

/**
 * Sends datagrams without end until it is told to stop, each from a socket of its own; tells how many, and what became
 * of those that no answer came to.
 */
const FLOOD = `
import os, socket, sys, time
host, port, answered = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "allowed"
tried, wrong = 0, []
while not os.path.exists("/tmp/stop"):
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for n in range(20)]
    for s in sockets:
        s.settimeout(2)
        s.connect((host, port))
        s.send(b"flood")
        tried += 1
    for s in sockets:
        if answered:
            try: s.recv(100)
            except OSError as error: wrong.append(repr(error))
        s.close()
    if not answered: time.sleep(0.002)
print(tried, len(wrong), *wrong[:3])`;

/** Counts the datagrams that come through to a port. */
const COUNT = `
import os, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", int(sys.argv[1])))
s.settimeout(0.2)
count = 0
while not os.path.exists("/tmp/stop"):
    try:
        s.recv(100)
        count += 1
    except TimeoutError: pass
print(count)`;

it("nothing new that is allowed gets lost, and nothing that is forbidden comes through", async () => {
  for (const variant of [1, 2]) {
    const policy = policyOf({ backend: "nftables", zones: { ext: ["wan0"] }, entries: entriesOf(variant) });
    const text = bundleContents(policy).texts["nftables"] ?? "";
    await host.exec(`mkdir -p /tmp/${variant}; cat >/tmp/${variant}/nftables`, { input: text });
  }
  await Promise.all([lab.client.exec("rm -f /tmp/stop"), host.exec("rm -f /tmp/stop")]);
  const flood = (port: number, kind: string) =>
    lab.client.exec(["python3", "-c", FLOOD, host.wanAddress, String(port), kind], { timeoutMs: 60_000 });
  const counted = host.exec(["python3", "-c", COUNT, "54"], { timeoutMs: 60_000 });
  const floods = [flood(53, "allowed"), flood(54, "forbidden")];
  const { stdout } = await host.exec(
    `n=0; while [ $n -lt ${REPLACEMENTS / 2} ]; do n=$((n + 1))
      for v in 1 2; do sh /usr/local/lib/cdkfw/cdkfw-host rehearsal /tmp/$v && echo done; sleep 0.05; done
    done`,
    { timeoutMs: 60_000 },
  );
  await Promise.all([lab.client.exec("touch /tmp/stop"), host.exec("touch /tmp/stop")]);
  expect(stdout.match(/done/g)).toHaveLength(REPLACEMENTS);
  for (const flooded of floods) {
    const [tried, wrong, ...how] = (await flooded).stdout.trim().split(" ");
    expect([wrong, how.join(" ")]).toEqual(["0", ""]);
    expect(Number(tried)).toBeGreaterThan(10_000);
  }
  expect((await counted).stdout).toBe("0\n");
}, 90_000);
