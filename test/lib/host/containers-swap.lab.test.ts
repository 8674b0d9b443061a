import { Lab, type LabHost } from "../../../lib/sandbox";
import { deployContainers, eventually } from "../../fixtures/containers";
import { mustExec } from "../../fixtures/sshd";
import { BACKENDS } from "../render/on-host";

jest.setTimeout(240_000); // engines on a busy machine

/** Twice the two engines and the two backends: a hundred in all. */
const SWAPS = 25;

/** Asks both addresses without a pause, and writes down who answered, when. */
const ASKING = `
import socket, sys, time
while True:
    for address in sys.argv[1:]:
        asking = socket.socket()
        asking.settimeout(0.05)
        try:
            asking.connect((address, 80))
            who = asking.recv(64).decode().split(" ")[0]
            if who: # it was not killed before it could answer
                print(who, address, flush=True)
        except OSError:
            pass
        asking.close()
    time.sleep(0.002)
`;

/**
 * Two containers come and go, and each time the one gets the address that the other had. One of them may be reached. Both
 * listen as soon as they run, so that the wrong one would answer in the moment in which its address is open for the other.
 */
describe.each(["20", "newest"] as const)("containers of Docker %s that swap their addresses", (engine) => {
  let lab: Lab;
  let host: LabHost;
  const addresses: string[] = [];

  beforeAll(async () => {
    lab = await Lab.start({ hosts: [{ name: "dock", docker: { engine } }] });
    host = lab.host("dock");
    for (const name of ["asker", "mine", "other"]) await host.docker.run(name);
    for (const name of ["mine", "other"]) addresses.push(await host.docker.address(name));
    const pid = await host.docker.command("inspect", "-f", "{{.State.Pid}}", "asker");
    await host.writeFile("/run/asking.py", ASKING);
    const asking = `nsenter -t ${pid} --net python3 /run/asking.py ${addresses.join(" ")}`;
    await mustExec(host, `setsid ${asking} </dev/null >>/run/answered 2>/dev/null &`);
  });
  afterAll(() => lab?.stop());

  const answered = async () => (await host.readFile("/run/answered")).trim().split("\n").filter(Boolean);

  it.each(BACKENDS)("are never taken for one another, by %s", async (backend) => {
    await deployContainers(host, backend, ["accept: tcp/80, from: container asker, to: container mine"]);
    await mustExec(host, ": > /run/answered; : > /run/everything");
    const seen = new Set<string>();
    for (let swap = 0; swap < SWAPS; swap++) {
      const [first, second] = swap % 2 === 0 ? ["other", "mine"] : ["mine", "other"];
      await mustExec(host, `docker kill mine other >/dev/null && docker start ${first} ${second} >/dev/null`);
      const at = await host.docker.address("mine");
      seen.add(at);
      const reached = async () => (await answered()).includes(`mine ${at}`);
      expect(await eventually(reached, (is) => is)).toBe(true);
      await mustExec(host, "cat /run/answered >> /run/everything; : > /run/answered");
    }
    expect([...seen].sort()).toEqual([...addresses].sort());
    const everybody = new Set((await host.readFile("/run/everything")).trim().split("\n").map((line) => line.split(" ")[0])); // prettier-ignore
    expect([...everybody]).toEqual(["mine"]);
  });
});
