import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RootConstruct } from "constructs";
import { Fleet, Host, Inventory } from "../../constructs";
import { expectFindings, expectValid, type Edge } from "./harness";

const withGroups = ({ fleet }: Edge): void => {
  new Host(fleet, "db-1", { groups: ["db"] });
};

test.each([
  {},
  { canary: 1, waves: "25%", maxFailures: 0, pause: "30s" },
  { canary: ["web-*", "group:db"], waves: 10, groups: ["db"], pause: 90, atomic: true },
])("%j is a rollout", (settings) => {
  expectValid((edge) => {
    edge.fleet.rollout(settings);
    withGroups(edge);
  });
});

test.each([
  [{ wave: "25%" }, ["`wave` is not known here. Allowed: `canary`, `waves`, `groups`, `maxFailures`, `pause`, `atomic`. Did you mean `waves`?"]], // prettier-ignore
  [{ waves: "lots" }, ["`waves` may not be `lots`. Allowed: a number of hosts, or a part such as `25%`"]],
  [{ pause: "soon" }, ["`pause` may not be `soon`. Allowed: a time such as `30s`, `5m` or `1h`"]],
  [{ maxFailures: -1, canary: -2 }, ["`canary` may not be `-2`", "`maxFailures` may not be `-1`. Allowed: a whole number from 0"]],
  [{ canary: ["web-2"] }, ["the rollout's `canary` names `web-2`, which is no host of the fleet. Did you mean `web-1`?"]],
  [{ canary: ["group:dbs"] }, ["names `group:dbs`, which is no host of the fleet. Did you mean `group:db`?"]],
  [{ groups: ["db", "webs"] }, ["the rollout's `groups` names `webs`, which no host is in"]],
])("%j is a mistake", (settings, expected) => {
  expectFindings((edge) => {
    edge.fleet.rollout(settings as object);
    withGroups(edge);
  }, expected);
}); // prettier-ignore

test("a fleet has one rollout", () => {
  expectFindings(
    ({ fleet }) => {
      fleet.rollout({ canary: 1 });
      fleet.rollout({ waves: 2 });
    },
    ["the fleet has two rollouts. Join them to one."],
  );
});

describe("a rollout of the inventory", () => {
  const yaml = (rollout: string): string => `hosts: { web-1: {}, web-2: {} }\nrollout: ${rollout}\n`;
  const inventoryOf = (text: string): Inventory => {
    const folder = mkdtempSync(join(tmpdir(), "inventory-"));
    try {
      writeFileSync(join(folder, "inventory.yaml"), text);
      return Inventory.fromFile(join(folder, "inventory.yaml"));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const fleetOf = (text: string): Fleet => {
    const fleet = new Fleet(new RootConstruct(), "fleet", { inventory: inventoryOf(text) });
    for (const node of fleet.inventory.hosts) new Host(fleet, node.name, node);
    return fleet;
  };

  test("holds where the program says nothing, in the same words", () => {
    expect(fleetOf(yaml("{ canary: [web-2], waves: 25%, pause: 30s }")).rolloutPlan).toMatchObject({ canary: ["web-2"], waves: "25%", pause: 30 }); // prettier-ignore
    const own = fleetOf(yaml("{ canary: 1 }"));
    own.rollout({ waves: 3 });
    expect(own.rolloutPlan).toMatchObject({ canary: 0, waves: 3 });
  });

  test.each([
    ["{ wave: 25% }", /inventory\.yaml:2:\d+.*`wave` is not known here.*Did you mean `waves`/],
    ["{ canary: [web-3] }", /inventory\.yaml:2.*`canary` names `web-3`, which is no host.*Did you mean `web-[12]`/],
  ])("%s is told with its line", (rollout, message) => {
    expect(() => inventoryOf(yaml(rollout))).toThrow(message);
  });
});
