import { parsePolicyFile } from "../../../lib/model/parse-policy";
import { expectFindings } from "./harness";

const HEAD =
  "host: web-1\naddress: 203.0.113.11\nzones: { ext: eth0, lan: eth1 }\naddresses: { office: 203.0.113.0/24 }\n";
const read = (text: string) => parsePolicyFile(`${HEAD}${text}`, "x.yaml")[0];

test("a file says what its rules are held against", () => {
  const policy = read(`
managedFrom: [office, "2001:db8:9::/48"]
allowLockout: true
private: { redis: lan, tcp/9200: [], postgresql: [lan, ext] }
silence: { one-family: IPv6 comes next year }
expect:
  - { accepted: [https, ssh], from: ext, source: office }
  - { refused: redis, live: { by: app-1 } }
  - { refused: ssh, from: lan, to: ext, destination: 192.0.2.1, live: true }
entries:
  - { accept: ssh, from: ext, to: host, silence: { never-matches: kept for the audit } }
`);
  expect(policy?.review).toMatchObject({
    managedFrom: { v4: ["203.0.113.0/24"], v6: ["2001:db8:9::/48"] },
    allowLockout: true,
    private: [
      { service: { name: "redis" }, within: ["lan"] },
      { service: { name: "tcp/9200" }, within: [] },
      { service: { name: "postgresql" }, within: ["lan", "ext"] },
    ],
    silence: { "one-family": "IPv6 comes next year" },
    expectations: [
      { verdict: "accepted", words: "https, ssh  ext → host  from office", origin: { file: "x.yaml", line: 11 } },
      { verdict: "refused", live: { by: { kind: "host", name: "app-1" }, address: "203.0.113.11" } },
      { verdict: "refused", to: { kind: "zone", name: "ext" }, live: { by: { kind: "deployer" } } },
    ],
  });
  expect(policy?.entries[0]?.silence).toEqual({ "never-matches": "kept for the audit" });
  expect(read("private: [redis]\n")?.review?.private).toHaveLength(1);
});

test.each([
  ["managedFrom: offic", "`offic` is no known address"],
  ["private: [redsi]", "Did you mean `redis`?"],
  ["silence: { lockout: because }", "`lockout`"],
  ["silence: { open-host: '' }", "words that say why"],
  ["expect: [{ from: ext }]", "either `accepted` or `refused`"],
  ["expect: [{ accepted: ssh, refused: ssh }]", "either `accepted` or `refused`"],
  ["expect: [{ accepted: shh }]", "Did you mean `ssh`?"],
  ["expect: [{ accepted: ssh, from: exd }]", "`exd` is no zone of `web-1`"],
  ["expect: [{ accepted: ssh, to: all }]", "`all` is no place to ask for"],
  ["expect: [{ accepted: ssh, from: container web }]", "only the host knows its address"],
  ["expect: [{ accepted: all, live: true }]", "no packet to send"],
])("%s is a mistake", (text, wanted) => expectFindings(() => read(text), [wanted]));
