import { appendFileSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findDatabase } from "../../../lib/countries/database";
import { addressValue } from "../../../lib/model/address-value";
import { DEFAULT_COUNTRY_DATABASE } from "../../../lib/model/country-database";
import type { Entry } from "../../../lib/model/policy";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { clientAddress, innerAddresses } from "../../../lib/sandbox/addresses";
import { forward, rule } from "../../fixtures/policy";
import { BACKENDS, deploy } from "../render/on-host";

/**
 * A country of some forty thousand networks, the United States, on the wire: the kernel takes the sets, by the handshake,
 * and looks packets up in them. Two networks that only documents use are theirs here, so that a client can be there.
 */
const AMERICAN = { v4: "203.0.113.7", v6: "2001:db8:2::7" };
const lan = innerAddresses(1, 0);

let lab: Lab;
let host: LabHost;
let database: string;

beforeAll(async () => {
  database = mkdtempSync(join(tmpdir(), "countries-"));
  const { files } = findDatabase(DEFAULT_COUNTRY_DATABASE);
  for (const [family, network, prefix] of [
    [4, "203.0.113.0", 24],
    [6, "2001:db8:2::", 48],
  ] as const) {
    // prettier-ignore
    const copy = join(database, `copy-ipv${family}-num.csv`);
    copyFileSync(files[family], copy);
    const first = addressValue(network, family);
    appendFileSync(copy, `${first},${first + (1n << BigInt((family === 4 ? 32 : 128) - prefix)) - 1n},US\n`);
  }
  lab = await Lab.start({ hosts: [{ networks: ["lan0"] }] });
  host = lab.host("h1");
  await lab.respond(host, { tcp: [80, 81, 82] });
  await lab.respond(host.inner, { tcp: [8000] });
  await Promise.all([lab.client.own(AMERICAN.v4), lab.client.own(AMERICAN.v6)]);
});

afterAll(async () => {
  await lab?.stop();
  rmSync(database, { recursive: true });
});

describe.each(BACKENDS)("by %s", (backend) => {
  const install = (...more: Entry[]) =>
    deploy(host, {
      backend,
      countryDatabase: database,
      zones: { ext: ["wan0"], lan: ["lan0"] },
      entries: [
        rule("accept", "ext", "host", { source: ["country:US"], services: ["tcp/80"] }),
        rule("accept", "ext", "host", { exceptSource: ["country:US"], services: ["tcp/81"] }),
        rule("accept", "ext", "host", { source: ["country:US", "198.51.100.0/24"], services: ["tcp/82"] }),
        forward("ext", lan.machine, { source: ["country:US"], services: ["tcp/9000"], targetPorts: [8000, 8000] }),
        ...more,
      ],
    });

  test("a country is the source of rules and port forwards, and left out of them", async () => {
    await install();
    for (const family of ["v4", "v6"] as const) {
      const stranger = [false, true, family === "v4", false];
      expect({ family, open: await open(family) }).toEqual({ family, open: [true, false, true, true, ...stranger] });
    }
    const { stdout } = await host.exec("/bin/sh /usr/local/lib/cdkfw/cdkfw-host status");
    const [live, expected] = ["live", "expected"].map((word) => new RegExp(`${word} (\\S+)`).exec(stdout)?.[1]);
    expect(live).toBe(expected ?? stdout);
  });

  test("rules with a country take the place of others with one", async () => {
    await install(rule("accept", "ext", "host", { exceptSource: ["country:US"], services: ["tcp/80"], id: "rest" }));
    expect(await open("v4")).toEqual([true, false, true, true, true, true, true, false]);
  });
});

/** What the American and a stranger reach, port by port. */
async function open(family: "v4" | "v6"): Promise<boolean[]> {
  const dst = family === "v4" ? host.wanAddress : host.wanAddress6;
  const verdicts = await lab.client.probe(
    [AMERICAN, clientAddress].flatMap((from) =>
      [80, 81, 82, 9000].map((port) => ({ proto: "tcp" as const, src: from[family], dst, port })),
    ),
  );
  return verdicts.map(({ verdict }) => verdict === "accept");
}
