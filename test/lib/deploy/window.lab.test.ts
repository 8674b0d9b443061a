import { newChange } from "../../../lib/deploy/change";
import { parcel } from "../../../lib/deploy/parcel";
import { settle } from "../../../lib/deploy/settle";
import { Lab, type LabHost } from "../../../lib/sandbox";
import {
  applyOnly,
  bundleOf,
  cdkfw,
  deploy,
  history,
  kernelRules,
  labPolicy,
  over,
  pendingGone,
  phaseIs,
  replaceTool,
  restoreTools,
  startCdkfw,
  statusOf,
  teardown,
} from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";

/** What happens while a change waits for its confirmation. */
let lab: Lab;
let host: LabHost;
let old: string[];

beforeAll(async () => {
  lab = await Lab.start({ hosts: 1 });
  host = lab.host("h1");
  await deploy(host);
  old = await kernelRules(host);
});
afterAll(() => lab?.stop());

const timers = async ({ nonce }: { nonce: string }): Promise<string[]> =>
  (await host.exec(`pgrep -f '[t]imer ${nonce}'`)).stdout.trim().split("\n");
/** The shells that run a command of the runtime, not what they have started. */
const kill = (signal: string, command: string): Promise<unknown> =>
  mustExec(host, `pkill -${signal} -f '[c]dkfw.*${command}'`);

async function expectOld(): Promise<void> {
  expect(await kernelRules(host)).toEqual(old);
  expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
}

test("status tells of it: who, which, how long; the old generation is still the committed one", async () => {
  const { generation } = await statusOf(host);
  const { owner, nonce } = await applyOnly(host, { web: 81 }, 60);
  const status = await statusOf(host);
  expect(status).toMatchObject({ state: "pending", generation, pending: { owner } });
  expect(status.pending?.generation).not.toBe(generation);
  expect(status.pending?.secondsLeft).toBeGreaterThan(50);
  expect(await over(host, (connection) => settle(connection, "rollback", nonce))).toEqual({ ending: "rolled-back" });
  await expectOld();
});

describe("nobody but its deployer ends it well", () => {
  test("a wrong nonce is refused, a second deployer and a teardown too; the snapshot stays", async () => {
    const { nonce, owner } = await applyOnly(host, { web: 81 }, 60);
    const applied = await kernelRules(host);
    const stranger = await over(host, (connection) => settle(connection, "confirm", "0".repeat(32)));
    expect(stranger).toMatchObject({ ending: "failed", error: { code: "not-pending" } });
    const second = await deploy(host, { web: 82 });
    expect(second).toMatchObject({ outcome: "failed", error: { code: "change-pending" } });
    expect(second.error?.message).toMatch(new RegExp(`by ${owner} .* \\d+ more seconds`));
    await expect(teardown(host)).rejects.toMatchObject({ code: "change-pending" });
    expect(await kernelRules(host)).toEqual(applied);
    expect((await mustExec(host, "ls -A /var/lib/cdkfw/incoming")).trim()).toBe("");
    await over(host, (connection) => settle(connection, "rollback", nonce));
    await expectOld();
  });

  test("an empty nonce is none", async () => {
    const { stdout } = await host.exec("sh /usr/local/lib/cdkfw/cdkfw-host confirm - ''");
    expect(stdout).toContain("error not-pending");
    expect((await host.exec("timeout 3 sh /usr/local/lib/cdkfw/cdkfw-host timer ''")).code).toBe(0);
    await expectOld();
  });

  test("`cdkfw rollback` ends it at once, and tells where there is nothing to end", async () => {
    const out = bundleOf(labPolicy(host)).folder.replace(/\/stacks\/.*/, "");
    await applyOnly(host, { web: 81 }, 60);
    expect(await cdkfw(["rollback", "h1", "--out", out])).toMatchObject({ code: 0, stdout: "h1  rolled back\n" });
    await expectOld();
    expect(await cdkfw(["rollback", "h1", "--out", out])).toMatchObject({ code: 1 });
  });
});

describe("exactly one of confirm and rollback wins", () => {
  test("confirmed in time: asked again, it stays confirmed", async () => {
    const { nonce } = await applyOnly(host, { web: 83 }, 60);
    for (let round = 0; round < 2; round++) {
      expect(await over(host, (connection) => settle(connection, "confirm", nonce))).toEqual({ ending: "committed" });
    }
    const late = await over(host, (connection) => settle(connection, "rollback", nonce));
    expect(late).toMatchObject({ ending: "committed" });
    expect(await deploy(host)).toMatchObject({ outcome: "committed" });
    await expectOld();
  });

  test("confirmed after the deadline: refused, rolled back, and told so", async () => {
    const change = await applyOnly(host, { web: 81 }, 2);
    await mustExec(host, `kill -9 ${(await timers(change)).join(" ")}`);
    await new Promise((done) => setTimeout(done, 3000));
    const late = await over(host, (connection) => settle(connection, "confirm", change.nonce));
    expect(late).toMatchObject({ ending: "rolled-back", error: { code: "not-pending" } });
    await expectOld();
  });

  test("confirm and rollback at the same moment agree", async () => {
    for (let round = 0; round < 3; round++) {
      const { nonce } = await applyOnly(host, { web: 84 + round }, 60);
      const wishes = ["confirm", "rollback"] as const;
      const ends = await Promise.all(wishes.map((wish) => over(host, (login) => settle(login, wish, nonce))));
      expect(ends[0]?.ending).toBe(ends[1]?.ending);
      expect((await history(host)).at(-1)).toBe(ends[0]?.ending);
      expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
      await deploy(host);
    }
    await expectOld();
  });

  test("a change that its deployer gave up before it arrived never begins", async () => {
    const nonce = "a".repeat(32);
    await over(host, (connection) => settle(connection, "rollback", nonce));
    const change = { ...newChange({ windowSeconds: 5, sshPort: 22, force: false }), nonce };
    const { command, stdin } = parcel(bundleOf(labPolicy(host, { web: 86 })), change);
    const { stdout } = await over(host, (connection) => connection.runAsRoot(command, { stdin }));
    expect(stdout).toContain("error withdrawn");
    await expectOld();
  });

  test("only what arrives is applied: the runtime does not take itself for a parcel, which goes when it was applied", async () => {
    const words = `apply x 0123456789abcdef ${"b".repeat(32)} 5 me 22 0 0 iptables ${"0".repeat(64)}`;
    expect(await host.exec(`sh /usr/local/lib/cdkfw/cdkfw-host ${words}`)).toMatchObject({ code: 2 });
    expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
  });
});

describe("whatever dies, the old rules come back within the window", () => {
  afterEach(() => restoreTools(host));

  test("the deployer, killed after apply", async () => {
    const { folder } = bundleOf(labPolicy(host, { ssh: "drop", web: 81 }));
    const child = startCdkfw(["apply", "--bundle", folder, "--confirm-timeout", "3"]);
    await phaseIs(host, "applied");
    child.kill("SIGKILL");
    expect(await kernelRules(host)).not.toEqual(old);
    await pendingGone(host, 8);
    await expectOld();
    expect((await history(host)).at(-1)).toBe("rolled-back");
  });

  test.each(["KILL", "HUP"])(
    "the deployer by KILL and the host's process by %s, in the middle of apply",
    async (signal) => {
      await replaceTool(host, "iptables-restore", 'rehearsal || sleep 1; real "$@"');
      const { folder } = bundleOf(labPolicy(host, { web: 81 }));
      const child = startCdkfw(["apply", "--bundle", folder, "--confirm-timeout", "3"]);
      await phaseIs(host, "armed");
      child.kill("SIGKILL");
      await kill(signal, "apply");
      await pendingGone(host, 10);
      await expectOld();
    },
  );

  test("one of the two timers", async () => {
    const [one, two] = await timers(await applyOnly(host, { web: 81 }, 3));
    expect(two).toBeDefined();
    await mustExec(host, `kill -9 ${one}`);
    await pendingGone(host, 6);
    await expectOld();
  });

  test("both timers: whoever comes next after the deadline ends it", async () => {
    const change = await applyOnly(host, { web: 81 }, 2);
    await mustExec(host, `kill -9 ${(await timers(change)).join(" ")}`);
    await new Promise((done) => setTimeout(done, 3000));
    expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
    await expectOld();
  });

  test("a rollback in its middle is done again, before the deadline", async () => {
    await applyOnly(host, { web: 81 }, 60);
    const slowOnce = 'if [ -e /run/once ]; then real "$@"; else touch /run/once; sleep 1; exit 1; fi';
    await replaceTool(host, "ip6tables-restore", slowOnce);
    const going = host.exec("sh /usr/local/lib/cdkfw/cdkfw-host rollback -");
    await phaseIs(host, "rolling-back");
    await kill("KILL", "rollback");
    await going;
    await pendingGone(host, 15);
    await expectOld();
  });

  test("a confirm before its switch is rolled back, after it completed", async () => {
    for (const [at, web, ending] of [
      ["ln", 87, "rolled-back"],
      ["sync", 88, "committed"],
    ] as const) {
      // prettier-ignore
      const { nonce } = await applyOnly(host, { web }, 60);
      // The second sync is the one that follows the switch.
      const second = 'echo x >>/run/syncs; [ "$(wc -l </run/syncs)" -lt 2 ] && exit';
      await replaceTool(host, at, `${at === "sync" ? second : ""}\npkill -9 -f "[c]dkfw-host confirm"; exit 1`);
      await host.exec(`sh /usr/local/lib/cdkfw/cdkfw-host confirm - ${nonce}`);
      await restoreTools(host);
      await pendingGone(host, 10);
      expect(await over(host, (connection) => settle(connection, "confirm", nonce))).toMatchObject({ ending });
      expect(await statusOf(host)).toMatchObject({ state: "committed", intact: true });
    }
    await deploy(host);
    await expectOld();
  });

  test("the host: it boots the old rules, and the deployer learns it", async () => {
    const running = deploy(host, { ssh: "drop", web: 81 }, { windowSeconds: 8 });
    await phaseIs(host, "applied");
    await host.reboot();
    expect(await running).toMatchObject({ outcome: "rolled-back" });
    await expectOld();
  });
});

test("two deployers at the same moment, ten times: one wins at a time, the other is told who, never a mixture", async () => {
  let refused = 0;
  for (let round = 0; round < 10; round++) {
    const [one, two] = await Promise.all([deploy(host, { web: 1000 + round }), deploy(host, { web: 2000 + round })]);
    const winners = [one, two].filter(({ outcome }) => outcome === "committed");
    const losers = [one, two].filter(({ outcome }) => outcome !== "committed");
    expect(winners.length).toBeGreaterThan(0);
    for (const { outcome, error } of losers) {
      refused++;
      expect(outcome).toBe("failed");
      expect(error?.message).toMatch(/a change by \S+@\S+ waits|another change is at work on the host: \S+@/);
    }
    const { generation, intact } = await statusOf(host);
    expect(intact).toBe(true);
    expect(winners.map((winner) => winner.generation)).toContain(generation);
  }
  expect(refused).toBeGreaterThan(0);
}, 90_000);
