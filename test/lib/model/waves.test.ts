import { rollout, type RolloutSettings } from "../../../lib/model/rollout";
import { oneWave, planWaves } from "../../../lib/model/waves";

const HOSTS = [
  ...[1, 2, 3, 4, 5, 6].map((n) => ({ name: `web-${n}`, groups: ["web", ...(n === 4 ? ["early"] : [])] })),
  ...[1, 2].map((n) => ({ name: `db-${n}`, groups: ["db"] })),
  { name: "gw", groups: [] },
];

/** `canary: web-1 | web-2 web-3` */
const planned = (settings: RolloutSettings): string[] =>
  planWaves(HOSTS, rollout.parse(settings)).map(({ label, hosts }) => `${label ?? ""}: ${hosts.join(" ")}`);

test.each<{ settings: RolloutSettings; want: string[] }>([
  { settings: {}, want: [": web-1 web-2 web-3 web-4 web-5 web-6 db-1 db-2 gw"] },
  { settings: { canary: 1 }, want: ["canary: web-1", ": web-2 web-3 web-4 web-5 web-6 db-1 db-2 gw"] },
  {
    settings: { canary: 1, waves: "25%" },
    want: ["canary: web-1", ": web-2 web-3 web-4", ": web-5 web-6 db-1", ": db-2 gw"],
  },
  { settings: { waves: 4 }, want: [": web-1 web-2 web-3 web-4", ": web-5 web-6 db-1 db-2", ": gw"] },
  {
    settings: { canary: ["group:early", "gw"], waves: "1%" },
    want: ["canary: web-4 gw", ...["web-1", "web-2", "web-3", "web-5", "web-6", "db-1", "db-2"].map((n) => `: ${n}`)],
  },
  {
    settings: { groups: ["db", "web"], waves: 4 },
    want: ["db: db-1 db-2", "web: web-1 web-2 web-3 web-4", "web: web-5 web-6", ": gw"],
  },
  { settings: { groups: ["early", "web"] }, want: ["early: web-4", "web: web-1 web-2 web-3 web-5 web-6", ": db-1 db-2 gw"] },
  { settings: { canary: 100 }, want: ["canary: web-1 web-2 web-3 web-4 web-5 web-6 db-1 db-2 gw"] },
  { settings: { canary: ["nobody-*"] }, want: [": web-1 web-2 web-3 web-4 web-5 web-6 db-1 db-2 gw"] },
])("$settings", ({ settings, want }) => {
  expect(planned(settings)).toEqual(want);
}); // prettier-ignore

test("every host is in one wave, whatever the settings", () => {
  for (const canary of [0, 1, 5, ["web-*"]]) {
    for (const waves of [1, 2, 7, "1%", "33%", "100%"]) {
      for (const groups of [[], ["db"], ["web", "early", "nobody"]]) {
        const all = planWaves(HOSTS, rollout.parse({ canary, waves, groups })).flatMap(({ hosts }) => hosts);
        expect([...all].sort()).toEqual(HOSTS.map(({ name }) => name).sort());
      }
    }
  }
});

test("settings are carried by each wave; without a rollout nothing stops", () => {
  const [wave] = planWaves(HOSTS, rollout.parse({ pause: "2m", maxFailures: 2, atomic: false }));
  expect(wave).toMatchObject({ pause: 120, maxFailures: 2, atomic: false });
  expect(oneWave(HOSTS)).toEqual([{ hosts: HOSTS.map(({ name }) => name), maxFailures: Infinity, pause: 0, atomic: false }]);
  expect(oneWave([])).toEqual([]);
}); // prettier-ignore

test.each([
  [{ pause: 30 }, { pause: 30 }],
  [{ pause: "1h" }, { pause: 3600 }],
])("%j is read", (given, want) => expect(rollout.parse(given)).toMatchObject(want));

test.each([
  { pause: "soon" },
  { pause: "30" },
  { pause: -1 },
  { pause: "25h" },
  { waves: "0%" },
  { waves: "101%" },
  { waves: 0 },
  { canary: -1 },
  { canary: [] },
  { canary: ["!web-1"] },
  { maxFailures: 0.5 },
  { wave: 1 },
])("%j is refused", (given) => expect(rollout.safeParse(given).success).toBe(false));
