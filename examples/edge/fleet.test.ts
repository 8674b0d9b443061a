import { join } from "node:path";
import { Inventory, type Host } from "cdkfw";
import "cdkfw/testing";
import { RootConstruct } from "constructs";
import { edgeFleet } from "./fleet";

const fleet = edgeFleet(new RootConstruct(), Inventory.fromFile(join(__dirname, "inventory.yaml")));
const hostsOf = (group: string): Host[] => fleet.hosts.filter(({ groups }) => groups.includes(group));

test("no host lets strangers log in", () => {
  expect(fleet).toRefuse({ from: "ext", source: "198.51.100.7", service: "ssh" });
  expect(fleet).toAccept({ from: "mgmt", service: "ssh" });
});

test("web servers are open for what they serve, and for nothing else", () => {
  expect(hostsOf("web")).toAccept({ from: "ext", source: "192.0.2.1", services: ["http", "https"] });
  expect(hostsOf("web")).toAdmitOnly([
    { from: "mgmt", service: "ssh" },
    { from: "ext", services: ["http", "https"] },
    { from: "ext", source: ["203.0.113.0/24", "2001:db8:113::/48"], services: ["ssh", "tcp/8443"] },
    { from: "ext", source: ["198.51.100.9", "2001:db8:1::9"], service: "tcp/9100" },
  ]);
});

test("metrics are for the monitor alone", () => {
  expect(fleet).toAcceptOnlyFrom({ source: ["198.51.100.9", "2001:db8:1::9"], service: "tcp/9100" });
});

test("machines behind the gateway send mail by the relay alone", () => {
  expect(hostsOf("gateway")).toRefuse({ from: "lan", to: "ext", service: "smtp" });
  expect(hostsOf("gateway")).toAccept({ from: "lan", to: "ext", service: "https" });
});
