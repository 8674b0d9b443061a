import { Lab, type LabHost, type Probe } from "../../lib/sandbox";

/**
 * Real rules, real packets, over both families: what was sent to which port, and what came back.
 * Ports 1001 to 1004 refuse in one way each; on 80 and 53 somebody listens; on 81 and 82 nobody does.
 */
const ways = [
  { port: 1001, tcp: "--reject-with tcp-reset", answer4: "rst", answer6: "rst" },
  { port: 1002, any: ["icmp-port-unreachable", "icmp6-port-unreachable"], answer4: "icmp:3/3", answer6: "icmp:1/4" },
  { port: 1003, any: ["icmp-admin-prohibited", "icmp6-adm-prohibited"], answer4: "icmp:3/13", answer6: "icmp:1/1" },
  { port: 1004, drop: true, answer4: "timeout", answer6: "timeout" },
];

let lab: Lab;
let host: LabHost;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ lan: true }] });
  host = lab.host("h1");
  await lab.respond(host, { tcp: [80], udp: [53] });
  await lab.respond(host.inner, { tcp: [80], udp: [53] });
  for (const [index, tool] of ["iptables", "ip6tables"].entries()) {
    const rules = ways.flatMap(({ port, tcp, any, drop }) =>
      ["tcp", "udp"].flatMap((proto) => {
        const target = drop
          ? "DROP"
          : any
            ? `REJECT --reject-with ${any[index]}`
            : proto === "tcp"
              ? `REJECT ${tcp}`
              : "";
        return target ? [`-A INPUT -i wan0 -p ${proto} --dport ${port} -j ${target}`] : [];
      }),
    );
    const restore = ["*filter", ...rules, "COMMIT", ""].join("\n");
    expect(await host.exec([`${tool}-restore`], { input: restore })).toMatchObject({ code: 0 });
  }
});

afterAll(() => lab?.stop());

const bothFamilies = (probe: Omit<Probe, "dst">): Probe[] => [
  { ...probe, dst: host.wanAddress },
  { ...probe, dst: host.wanAddress6 },
];

describe("the prober", () => {
  it.each(ways)("tells what port $port answers", async ({ port, tcp, drop, answer4, answer6 }) => {
    const protos = tcp ? (["tcp"] as const) : (["tcp", "udp"] as const);
    const verdicts = await lab.client.probe(protos.flatMap((proto) => bothFamilies({ proto, port })));
    const verdict = drop ? "drop" : "reject";
    expect(verdicts).toMatchObject(
      protos.flatMap(() => [
        { verdict, how: answer4, ...(answer4.startsWith("icmp") ? { from: host.wanAddress } : {}) },
        { verdict, how: answer6, ...(answer6.startsWith("icmp") ? { from: host.wanAddress6 } : {}) },
      ]),
    );
  });

  it("tells an accepted port where somebody listens from one where nobody does", async () => {
    const probes = [
      { proto: "tcp", port: 80 },
      { proto: "udp", port: 53 },
      { proto: "tcp", port: 81 },
    ] as const;
    const verdicts = await lab.client.probe([
      ...probes.flatMap(bothFamilies),
      { proto: "udp", dst: host.wanAddress, port: 82 },
    ]);
    expect(verdicts.map(({ verdict, how }) => `${verdict} ${how}`)).toEqual([
      ...[
        "accept syn-ack",
        "accept syn-ack",
        "accept data",
        "accept data",
        "reject rst",
        "reject rst",
        "reject icmp:3/3",
      ],
    ]);
  });

  it("pings, and sees when pings are dropped or rejected", async () => {
    expect(await lab.client.probe(bothFamilies({ proto: "icmp" }))).toMatchObject([
      { verdict: "accept", how: "echo-reply" },
      { verdict: "accept", how: "echo-reply" },
    ]);
    await host.exec(
      "iptables -A INPUT -i wan0 -p icmp --icmp-type echo-request -j REJECT --reject-with icmp-host-prohibited",
    );
    await host.exec("ip6tables -A INPUT -i wan0 -p ipv6-icmp --icmpv6-type echo-request -j DROP");
    expect(await lab.client.probe(bothFamilies({ proto: "icmp" }))).toMatchObject([
      { verdict: "reject", how: "icmp:3/10" },
      { verdict: "drop", how: "timeout" },
    ]);
  });

  it("sends from the addresses that the client has taken on", async () => {
    await lab.client.own("203.0.113.7");
    await lab.client.own("2001:db8:2::7");
    await host.exec("iptables -I INPUT -s 203.0.113.7 -p tcp --dport 81 -j DROP");
    const probes: Probe[] = [
      { proto: "tcp", dst: host.wanAddress, port: 80, src: "203.0.113.7", read: true },
      { proto: "tcp", dst: host.wanAddress6, port: 80, src: "2001:db8:2::7", read: true },
      { proto: "tcp", dst: host.wanAddress, port: 81, src: "203.0.113.7" },
      { proto: "tcp", dst: host.wanAddress, port: 81 },
      { proto: "tcp", dst: host.wanAddress, port: 80, src: "192.0.2.9" },
    ];
    expect(await lab.client.probe(probes)).toMatchObject([
      { reply: expect.stringContaining("h1 peer=203.0.113.7:") },
      { reply: expect.stringContaining("h1 peer=[2001:db8:2::7]:") },
      { verdict: "drop" },
      { verdict: "reject", how: "rst" },
      { verdict: "error", how: "local:EADDRNOTAVAIL" },
    ]);
  });

  it("gives the same verdicts for a large batch, in which the kernel limits its ICMP errors", async () => {
    const probes = Array.from({ length: 300 }, (_, index): Probe => ({
      proto: "udp",
      dst: host.wanAddress,
      port: 2000 + index,
    }));
    await host.exec("iptables -A INPUT -i wan0 -p udp --dport 2000:2299 -j REJECT");
    const verdicts = await lab.client.probe(probes, { timeoutMs: 1000 });
    expect(verdicts.filter(({ verdict }) => verdict === "reject").length).toBeGreaterThanOrEqual(100);
    expect(verdicts.some(({ verdict }) => verdict === "accept")).toBe(false);
  });

  it("answers a silent batch within the time it was given", async () => {
    const start = Date.now();
    await lab.client.probe(bothFamilies({ proto: "tcp", port: 1004 }), { timeoutMs: 200 });
    expect(Date.now() - start).toBeLessThan(400);
  });
});

describe("a router", () => {
  const inward = (): Probe[] => [
    { proto: "tcp", dst: "10.88.1.10", port: 80, read: true },
    { proto: "tcp", dst: "fd88:1::10", port: 80, read: true },
    { proto: "udp", dst: "10.88.1.10", port: 53 },
    { proto: "udp", dst: "fd88:1::10", port: 53 },
    { proto: "icmp", dst: "10.88.1.10" },
    { proto: "icmp", dst: "fd88:1::10" },
  ];

  it("forwards in both directions, until a rule says otherwise", async () => {
    expect((await lab.client.probe(inward())).map(({ verdict }) => verdict)).toEqual(Array(6).fill("accept"));
    const [outward] = await host.inner.probe([{ proto: "icmp", dst: "198.51.100.200" }]);
    expect(outward).toMatchObject({ verdict: "accept" });
    await host.exec(
      "iptables -A FORWARD -i wan0 -j REJECT --reject-with icmp-admin-prohibited; ip6tables -P FORWARD DROP",
    );
    const verdicts = await lab.client.probe(inward());
    expect(verdicts.map(({ how }) => how)).toEqual(Array(3).fill(["icmp:3/13", "timeout"]).flat());
    await host.exec("iptables -F FORWARD; ip6tables -P FORWARD ACCEPT");
  });

  it("translates: a port forward shows the client, masquerading hides it", async () => {
    await host.exec("iptables -t nat -A PREROUTING -i wan0 -p tcp --dport 8080 -j DNAT --to-destination 10.88.1.10:80");
    const probe: Probe[] = [{ proto: "tcp", dst: host.wanAddress, port: 8080, read: true }];
    expect(await lab.client.probe(probe)).toMatchObject([{ reply: expect.stringContaining("peer=198.51.100.200:") }]);
    await host.exec("iptables -t nat -A POSTROUTING -o lan0 -j MASQUERADE");
    expect(await lab.client.probe(probe)).toMatchObject([
      { reply: expect.stringContaining("h1-inner peer=10.88.1.1:") },
    ]);
  });
});
