import { readBundle } from "../../../lib/bundle/read";
import { deployHost } from "../../../lib/deploy/handshake";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { containerPolicy, eventually } from "../../fixtures/containers";
import { bundleOf, replaceTool, restoreTools, statusOf } from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";

jest.setTimeout(240_000); // engines on a busy machine

const ENTRIES = [
  "forward: tcp/8080, from: ext, to: container web",
  "accept: tcp/5432, from: container web, to: container tier=db",
  "accept: tcp/5432, from: container app=*, to: container shop/db",
];

let lab: Lab;
let host: LabHost;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ name: "dock", docker: { engine: "newest" } }, { name: "bare" }] });
  host = lab.host("dock");
});
afterAll(() => lab?.stop());

/** What a deployment says, and what `status` says then: the same. */
async function told(on = host): Promise<string[]> {
  // A service more each time, so that there is something to deploy.
  const entries = [...ENTRIES, `accept: tcp/${9000 + rounds++}, from: container web, to: host`];
  const bundle = readBundle(bundleOf(containerPolicy(on, "nftables", entries)).folder);
  const { outcome, warnings = [], notes = [] } = await deployHost(bundle, { connection: { configFile: null } });
  expect(outcome).toBe("committed");
  const atCheck = [...warnings.map(({ message }) => message), ...notes];
  const status = await statusOf(on);
  expect([...(status.warnings ?? []).map(({ message }) => message), ...(status.notes ?? [])]).toEqual(atCheck);
  return atCheck;
}
let rounds = 0;

test("containers that rules name and that are not there, one by one", async () => {
  expect(await told()).toEqual([
    "No container `app=*` runs: its rules are closed",
    "No container `shop/db` runs: its rules are closed",
    "No container `tier=db` runs: its rules are closed",
    "No container `web` runs: its rules are closed",
  ]);
});

test("one that has no network of its own, and two that have one label", async () => {
  await host.docker.run("web", { options: ["--network", "host", "--label", "app=web"] });
  for (const name of ["db", "db2"])
    await host.docker.run(name, { options: ["--label", "tier=db", "--label", "app=x"] });
  const service = ["--label", "com.docker.compose.project=shop", "--label", "com.docker.compose.service=db"];
  for (const name of ["shop-db-1", "shop-db-2"]) await host.docker.run(name, { options: service });
  expect(await told()).toEqual([
    "The container `web` has no network that netfilter sees: its rules are closed",
    expect.stringMatching(/^2 containers have the label `tier=db`, and its rules are for each: db2? and db2?$/),
  ]);
});

test("a daemon that does not answer", async () => {
  await replaceTool(host, "docker", 'case $1 in ps) exit 1 ;; *) real "$@" ;; esac');
  expect(await told()).toEqual(["Docker runs and does not answer: the sets stay as they are"]);
  await restoreTools(host);
});

const CLOSED = "what its rules name containers for is closed";

test("a Docker that does not run", async () => {
  await host.docker.stop();
  expect(await told()).toEqual([`Docker does not run: ${CLOSED}`]);
});

test("Podman by Docker's command", async () => {
  await replaceTool(host, "docker", "echo podman version 4.3.1");
  expect(await told()).toEqual([`The command \`docker\` is Podman's, which is not followed: ${CLOSED}`]);
  await restoreTools(host);
});

test("a Docker without root: one that runs in a user namespace", async () => {
  await mustExec(host, "cp $(command -v sleep) /tmp/rootlesskit; cp $(command -v sleep) /tmp/dockerd");
  await mustExec(host, "setsid /tmp/rootlesskit 600 >/dev/null 2>&1 </dev/null & echo $! >/tmp/rootless.pids");
  await mustExec(host, "setsid unshare -U /tmp/dockerd 600 >/dev/null 2>&1 </dev/null & echo $! >>/tmp/rootless.pids");
  expect(await told()).toEqual([expect.stringMatching(/^Docker runs without root/)]);
  await mustExec(host, "kill $(cat /tmp/rootless.pids)");
});

test("no Docker at all", async () => {
  expect(await told(lab.host("bare"))).toEqual([`Docker is not installed: ${CLOSED}`]);
});

test("a watcher that has died for good", async () => {
  await host.docker.start();
  await mustExec(host, "chmod -x /usr/local/lib/cdkfw/cdkfw-host; mv /usr/local/lib/cdkfw/cdkfw-host /root/");
  await host.exec("pkill -9 -f 'cdkfw-host [w]atch'");
  await mustExec(host, "mv /root/cdkfw-host /usr/local/lib/cdkfw/");
  const warned = async () => ((await statusOf(host)).warnings ?? []).map(({ message }) => message).join();
  const watcher = /The watcher of containers does not run/;
  expect(await eventually(warned, (text) => watcher.test(text))).toMatch(watcher);
});
