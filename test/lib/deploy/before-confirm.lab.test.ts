import { UserError } from "../../../lib/model/user-error";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { deploy, kernelRules, statusOf, teardown } from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";

/** What whoever started a change may ask between its proof and its confirmation. */
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
afterEach(async () => {
  await deploy(host);
});

test("it is asked while the new rules stand and nothing is confirmed, over the login that proved them", async () => {
  const seen: unknown[] = [];
  const outcome = await deploy(host, { web: 81 }, {
    beforeConfirm: async ({ connection }) => {
      seen.push((await connection.run("id -un")).stdout.trim(), (await statusOf(host)).state, await kernelRules(host));
    },
  }); // prettier-ignore
  expect(outcome).toMatchObject({ outcome: "committed" });
  expect(seen.slice(0, 2)).toEqual(["root", "pending"]);
  expect(seen[2]).toEqual(await kernelRules(host));
});

test("where it rejects, the host goes back at once, and the reason is told", async () => {
  const refusal = new UserError("probe-failed", "https does not answer", "Look at it.");
  const outcome = await deploy(host, { web: 81 }, { windowSeconds: 600, beforeConfirm: () => Promise.reject(refusal) });
  expect(outcome).toMatchObject({ outcome: "rolled-back", error: { code: "probe-failed", help: "Look at it." } });
  expect(await kernelRules(host)).toEqual(old);
});

test("where it never ends, it is given up in time to go back", async () => {
  let late = false;
  const outcome = await deploy(host, { web: 81 }, {
    beforeConfirm: ({ signal }) => new Promise(() => signal.addEventListener("abort", () => (late = true))),
  }); // prettier-ignore
  expect(outcome).toMatchObject({ outcome: "rolled-back", error: { code: "window-over" } });
  expect(late).toBe(true);
  expect(await kernelRules(host)).toEqual(old);
});

test("it is not asked where nothing changes", async () => {
  const beforeConfirm = jest.fn(() => Promise.resolve());
  expect(await deploy(host, {}, { beforeConfirm })).toMatchObject({ outcome: "unchanged" });
  expect(beforeConfirm).not.toHaveBeenCalled();
});

test("a host whose sshd is just being restarted is tried again before anything was changed", async () => {
  await teardown(host);
  await mustExec(host, "iptables -I INPUT -p tcp --dport 22 --syn -j REJECT --reject-with tcp-reset");
  const opened = new Promise((done) => setTimeout(done, 500)).then(() => mustExec(host, "iptables -D INPUT 1"));
  const outcome = await deploy(host);
  await opened;
  expect(outcome).toMatchObject({ outcome: "committed" });
});
