import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBundle } from "../../../lib/bundle/read";
import { deployHost } from "../../../lib/deploy/handshake";
import type { Outcome } from "../../../lib/deploy/outcome";
import type { Expectation } from "../../../lib/model/expectations";
import { probesOf } from "../../../lib/model/probes";
import { readServiceText } from "../../../lib/model/service-text";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { synthesize } from "../../../lib/synth/synthesize";
import { labPolicy, statusOf, teardown } from "../../fixtures/deployment";
import { mustExec } from "../../fixtures/sshd";
import { rule } from "../../fixtures/policy";

/** Expectations that are asked of the host itself: h1 is deployed to, h2 sends. On 80 and 81 of h1 somebody listens. */
let lab: Lab;
let h1: LabHost;
let h2: LabHost;
const out = mkdtempSync(join(tmpdir(), "probes-"));

beforeAll(async () => {
  lab = await Lab.start({ hosts: 2 });
  [h1, h2] = [lab.host("h1"), lab.host("h2")];
  await lab.respond(h1, { tcp: [80, 81] });
});
afterAll(async () => {
  rmSync(out, { recursive: true, force: true });
  await lab?.stop();
});
beforeEach(() => teardown(h1));

interface Wish {
  readonly verdict: "accepted" | "refused";
  readonly service: string;
  /** @default deployer */
  readonly by?: string;
  readonly family?: 4 | 6;
}

function expectation({ verdict, service, by, family = 4 }: Wish): Expectation {
  const matches = service === "ping" ? [{ kind: "icmp" as const, v4: [{ type: 8 }] }] : readServiceText(service);
  if (matches === undefined || "problem" in matches) throw new Error(service);
  return {
    verdict,
    to: { kind: "host" },
    services: [{ name: service, matches }],
    live: {
      by: by === undefined ? { kind: "deployer" } : { kind: "host", name: by },
      address: family === 4 ? h1.address : h1.address6,
    },
    words: `${service}  any zone → host`,
    origin: { path: "edge/fleet/h1/expect-1", file: "fleet.ts", line: 14 },
  };
}

/**
 * h1 accepts port 80 and 90 from its management side; 81 and the others are rejected, 82 is dropped. What is asked comes
 * into the bundle afterwards: a synth refuses expectations that the rules do not keep, and a network may still break them.
 */
function deployed(...wishes: Wish[]): Promise<Outcome> {
  const policy = labPolicy(h1);
  const entries = [
    ...policy.entries,
    rule("accept", "mgmt", "host", { services: ["tcp/80"] }),
    rule("accept", "mgmt", "host", { services: ["tcp/90"], id: "nobody-listens" }),
    rule("drop", "mgmt", "host", { services: ["tcp/82"] }),
  ];
  const { services } = {
    services: Object.fromEntries(["80", "82", "90"].map((p) => [`tcp/${p}`, readServiceText(`tcp/${p}`)])),
  };
  const whole = { ...policy, entries, services: { ...policy.services, ...services } };
  const [written] = synthesize([whole as typeof policy, labPolicy(h2)], out, "edge");
  const bundle = readBundle(written?.folder ?? "");
  const probes = wishes.map(expectation).flatMap(probesOf);
  return deployHost(
    { ...bundle, manifest: { ...bundle.manifest, probes } },
    { windowSeconds: 20, connection: { configFile: null } },
  );
}

const both = (wish: Omit<Wish, "family">): Wish[] => [
  { ...wish, family: 4 },
  { ...wish, family: 6 },
];

test.each<{ what: string; wishes: Wish[] }>([
  {
    what: "from the deployer",
    wishes: [...both({ verdict: "accepted", service: "tcp/80" }), { verdict: "accepted", service: "ping" }],
  },
  {
    what: "from another host",
    wishes: [
      ...both({ verdict: "accepted", service: "tcp/80", by: "h2" }),
      { verdict: "accepted", service: "ping", by: "h2" },
    ],
  },
  {
    what: "refused by a reject, or a drop",
    wishes: [...both({ verdict: "refused", service: "tcp/81" }), { verdict: "refused", service: "tcp/82", by: "h2" }],
  },
  { what: "accepted where nobody listens", wishes: both({ verdict: "accepted", service: "tcp/90", by: "h2" }) },
])("what is expected holds, $what, in both families: committed", async ({ wishes }) => {
  expect(await deployed(...wishes)).toMatchObject({ outcome: "committed" });
});

test.each<{ what: string; wish: Wish; says: RegExp }>([
  {
    what: "accepted, and rejected",
    wish: { verdict: "accepted", service: "tcp/81" },
    says: /asked by the deployer \(.*fleet.ts:14.*was to be accepted: it was refused, and something listens on port 81/,
  },
  {
    what: "accepted, and dropped",
    wish: { verdict: "accepted", service: "tcp/82", by: "h2" },
    says: /asked by `h2`.*no answer came within 3 s/,
  },
  {
    what: "refused, and open",
    wish: { verdict: "refused", service: "tcp/80", by: "h2", family: 6 },
    says: /was to be refused: a connection came to be/,
  },
  {
    what: "pings that are to be refused",
    wish: { verdict: "refused", service: "ping", by: "h2" },
    says: /an echo reply came/,
  },
])("$what: rolled back, and the host has what it had", async ({ wish, says }) => {
  const outcome = await deployed({ verdict: "accepted", service: "tcp/80" }, wish);
  expect(outcome).toMatchObject({
    outcome: "rolled-back",
    error: { code: "probe-failed", message: expect.stringMatching(says) as string },
  });
  expect(await statusOf(h1)).toMatchObject({ state: "none" });
});

test("what can not be asked is told, and takes nothing back", async () => {
  await mustExec(h2, "sed -i '1i AllowTcpForwarding no' /etc/ssh/sshd_config");
  await mustExec(h2, "kill -HUP 1");
  const outcome = await deployed(
    { verdict: "accepted", service: "udp/53" },
    { verdict: "refused", service: "tcp/80", by: "h2" },
    { verdict: "refused", service: "tcp/80", by: "h9" },
  );
  expect(outcome).toMatchObject({ outcome: "committed" });
  expect(outcome.notes).toHaveLength(3);
  expect(outcome.notes?.[0]).toMatch(
    /^not asked: `udp\/53 {2}any zone → host`, asked by the deployer .*UDP gives no answer/,
  );
  expect(outcome.notes?.[1]).toMatch(/AllowTcpForwarding/);
  expect(outcome.notes?.[2]).toMatch(/`h9` has no bundle/);
});
