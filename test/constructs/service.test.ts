import { Service } from "../../constructs";
import { SERVICE_LIBRARY } from "../../lib/model/service-library";
import { objectName } from "../../lib/model/names";
import { servicePolicy } from "../../lib/model/services";

test.each(Object.entries(SERVICE_LIBRARY))(
  "the library's %s is a valid service, and a constant of Service",
  (name, policy) => {
    expect(objectName.safeParse(name === "tcp" || name === "udp" ? "x" : name).success).toBe(true);
    expect(servicePolicy.parse(policy)).toEqual(policy);
    const constant: unknown = Reflect.get(Service, name.toUpperCase().replaceAll("-", "_"));
    expect(Service.isService(constant) && constant.name).toBe(name);
    expect(Service.isService(constant) && constant.policy).toBe(policy);
  },
);

test("factories say what they are named for", () => {
  expect(Service.tcp("a", 1, [2, 3]).policy).toEqual([
    {
      kind: "ports",
      protocol: "tcp",
      ports: [
        [1, 1],
        [2, 3],
      ],
    },
  ]);
  expect(Service.tcpUdp("a", 1).policy.map((match) => match.kind === "ports" && match.protocol)).toEqual([
    "tcp",
    "udp",
  ]);
  expect(Service.sctp("a", 2905).policy).toEqual([{ kind: "ports", protocol: "sctp", ports: [[2905, 2905]] }]);
  expect(Service.icmp("a").policy).toEqual([{ kind: "icmp" }]);
  expect(Service.icmp("a", { v4types: [8, { type: 3, code: 4 }] }).policy).toEqual([
    { kind: "icmp", v4: [{ type: 8 }, { type: 3, code: 4 }] },
  ]);
  expect(Service.protocol("gre", 47).policy).toEqual([{ kind: "protocol", number: 47 }]);
  expect(Service.group("g", Service.SSH, Service.GRE).policy).toEqual([...Service.SSH.policy, ...Service.GRE.policy]);
});

test("groups of groups hold all of their members, ICMP types beside ports", () => {
  const probes = Service.icmp("probes", { v4types: [8], v6types: [128, { type: 1, code: 4 }] });
  const inner = Service.group("inner", probes, Service.tcp("web", 80));
  const outer = Service.group("outer", inner, Service.GRE, inner);
  expect(outer.isValid).toBe(true);
  expect(outer.policy).toEqual([...inner.policy, ...Service.GRE.policy, ...inner.policy]);
  expect(Service.group("broken", Service.group("empty")).isValid).toBe(false);
});

test.each([43, 44, 60])("the extension header %d of IPv6 is no protocol", (number) => {
  const [finding] = Service.protocol("header", number).findings("fleet");
  expect(finding).toMatchObject({ allowed: expect.stringContaining("which the kernel looks past") });
});
