import { Token } from "cdktf";
import { addHost, deploy, messageOf, removeOutputFolders, resources, synthesized, tryApp, type Try } from "./synth";

afterEach(removeOutputFolders);

const NAMES = ["web-1", "web-2", "web-3", "db-1"];

/** Resource → what it waits for. */
function order(one: Try): Record<string, string[]> {
  const found = resources(synthesized(one), "terraform_data");
  const plain = (name: string): string => name.replace(/^terraform_data\./, "").replace(/_[0-9A-F]{8}$/, "").replace(/^deploy_/, "");
  return Object.fromEntries(Object.entries(found).map(([name, { depends_on = [] }]) => [plain(name), depends_on.map(plain)]));
} // prettier-ignore

test("waves are dependencies: each host waits for what stands between its wave and the one before", () => {
  const one = tryApp();
  for (const name of NAMES) addHost(one.fleet, name);
  one.fleet.rollout({ canary: 1, waves: 2 });
  deploy(one, { trigger: "terraform_data" });
  expect(order(one)).toEqual({
    "web-1": [],
    "_wave-1": ["web-1"],
    "web-2": ["_wave-1"],
    "web-3": ["_wave-1"],
    "_wave-2": ["web-2", "web-3"],
    "db-1": ["_wave-2"],
  });
});

test("hosts that come after the deployment, and a second synth, give the same", () => {
  const one = tryApp();
  one.fleet.rollout({ canary: ["db-1"] });
  deploy(one, { trigger: "terraform_data" });
  for (const name of NAMES) addHost(one.fleet, name);
  const first = order(one);
  expect(first).toMatchObject({ "db-1": [], "web-1": ["_wave-1"], "_wave-1": ["db-1"] });
  expect(order(one)).toEqual(first);
});

test("without a rollout nobody waits", () => {
  const one = tryApp();
  for (const name of NAMES) addHost(one.fleet, name);
  deploy(one, { trigger: "terraform_data" });
  expect(Object.values(order(one)).flat()).toEqual([]);
});

test("an address that only Terraform knows is handed over when it runs; the bundle has the name", () => {
  const one = tryApp();
  addHost(one.fleet, "web-1", { address: lateAddress() });
  deploy(one, { trigger: "terraform_data" });
  const found = Object.values(resources(synthesized(one), "terraform_data"))[0];
  expect(found?.triggers_replace?.["address"]).toBe("${aws_instance.web.public_ip}");
  expect(found?.provisioner[0]?.["local-exec"].interpreter.slice(2)).toEqual([
    ...["apply", "--generation", found?.triggers_replace?.["generation"]],
    ...["--address", "${aws_instance.web.public_ip}", "--bundle"],
  ]);
});

test("… and can not be torn down by a destroy, which knows no other resource", () => {
  const one = tryApp();
  addHost(one.fleet, "web-1", { address: lateAddress() });
  deploy(one, { trigger: "terraform_data", removalPolicy: "teardown" });
  expect(messageOf(() => one.app.synth())).toContain("the address of `web-1` is known to Terraform alone");
});

test("a new machine under an old name is a change", () => {
  const addressOf = (address: string, port?: number): string | undefined => {
    const one = tryApp();
    addHost(one.fleet, "web-1", { address, ...(port !== undefined && { port }) });
    deploy(one, { trigger: "terraform_data" });
    return Object.values(resources(synthesized(one), "terraform_data"))[0]?.triggers_replace?.["address"];
  };
  expect(addressOf("192.0.2.7")).toBe("192.0.2.7");
  expect(addressOf("192.0.2.7", 2222)).toBe("192.0.2.7 port 2222");
});

/** As an attribute of a resource that is still to be made. */
function lateAddress(): string {
  return Token.asString({ resolve: () => "${aws_instance.web.public_ip}", creationStack: [] });
}
