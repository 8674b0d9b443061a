import { readAnsible } from "../../../../lib/model/ansible/as-inventory";
import { expandHosts } from "../../../../lib/model/ansible/host-range";

const read = (text: string, file = "hosts.ini", beside: Record<string, string> = {}) =>
  readAnsible(text, file, (name) => beside[name]);

test.each<[string, readonly string[] | undefined]>([
  ["web-1", ["web-1"]],
  ["web[1:3]", ["web1", "web2", "web3"]],
  ["web[01:03].example.net", ["web01.example.net", "web02.example.net", "web03.example.net"]],
  ["web[08:11]", ["web08", "web09", "web10", "web11"]],
  ["web[1:7:3]", ["web1", "web4", "web7"]],
  ["db-[a:c]", ["db-a", "db-b", "db-c"]],
  ["r[1:2]-[a:b]", ["r1-a", "r1-b", "r2-a", "r2-b"]],
  ["web[3:1]", undefined],
  ["web[a:3]", undefined],
  ["web[1:2", undefined],
  ["web[1:99999999]", undefined],
])("hosts of %s", (pattern, hosts) => expect(expandHosts(pattern)).toEqual(hosts));

const INI = `
# comment
; comment
gate ansible_host=203.0.113.1 ansible_port=2222 comment="the way # in"

[web]
web[01:02] rack=3 front=True   # at the wall
db.example.net:2200

[hosting:children]
web
[hosting:vars]
ansible_user = admin
ansible_become=yes
tier=front
[all:vars]
ansible_ssh_private_key_file=keys/fleet
`;

const YAML = `
all:
  vars: { ansible_ssh_private_key_file: keys/fleet }
  hosts:
    gate: { ansible_host: 203.0.113.1, ansible_port: 2222, comment: "the way # in" }
  children:
    hosting:
      vars: { ansible_user: admin, ansible_become: true, tier: front }
      children:
        web:
          hosts:
            web[01:02]: { rack: 3, front: true }
            db.example.net: { ansible_port: 2200 }
`;

const WANTED = {
  defaults: { ssh: { identityFiles: ["keys/fleet"] } },
  groups: { web: {}, hosting: { ssh: { user: "admin", sudo: true }, variables: { tier: "front" } } },
  hosts: {
    gate: { address: "203.0.113.1", ssh: { port: 2222 }, variables: { comment: "the way # in" } },
    web01: { groups: ["hosting", "web"], variables: { rack: 3, front: true } },
    web02: { groups: ["hosting", "web"], variables: { rack: 3, front: true } },
    "db.example.net": { groups: ["hosting", "web"], ssh: { port: 2200 } },
  },
};

test.each([["hosts.ini", INI], ["hosts", INI], ["hosts.yml", YAML], ["hosts", YAML]])("%s in our form", (file, text) => {
  expect(read(text, file).inventory).toEqual(WANTED);
}); // prettier-ignore

test("the deeper group goes before the one above, and of two as deep the later in the alphabet", () => {
  const { inventory } = read("[b]\nh\n[a]\nh\n[top:children]\na\n[z:children]\nb");
  expect(inventory.hosts["h"]).toEqual({ groups: ["top", "z", "a", "b"] });
});

test("a group below itself is no trap", () => {
  const { inventory } = read("[a]\nh\n[a:children]\nb\n[b:children]\na");
  expect(inventory.hosts["h"]).toMatchObject({ groups: expect.arrayContaining(["a", "b"]) as string[] });
});

test("group_vars and host_vars go before the inventory; encrypted ones are left out", () => {
  const { inventory } = read("[web]\nw1 rack=1\nw2", "hosts", {
    "group_vars/all.yml": "ntp: 10.0.0.1",
    "group_vars/web": "tier: front\nansible_user: admin",
    "host_vars/w1.yaml": "rack: 2\nansible_host: 192.0.2.1",
    "host_vars/w2.yml": "$ANSIBLE_VAULT;1.1;AES256\n6162",
  });
  expect(inventory).toEqual({
    defaults: { variables: { ntp: "10.0.0.1" } },
    groups: { web: { ssh: { user: "admin" }, variables: { tier: "front" } } },
    hosts: { w1: { address: "192.0.2.1", groups: ["web"], variables: { rack: 2 } }, w2: { groups: ["web"] } },
  });
});

test.each<[string, unknown]>([
  ["-J gate", ["gate"]],
  ["-J gate,admin@192.0.2.1:2222", ["gate", { address: "192.0.2.1", user: "admin", port: 2222 }]],
  ["-o ProxyJump=gate -o ForwardAgent=no", ["gate"]],
  [`-o ProxyCommand="ssh -W %h:%p -q root@gate"`, [{ address: "gate", user: "root" }]],
])("jump hosts: %s", (given, jump) => {
  const { inventory } = read(
    JSON.stringify({ all: { hosts: { h: { ansible_ssh_common_args: given } } } }),
    "hosts.yml",
  );
  expect(inventory.hosts["h"]).toEqual({ ssh: { jump } });
});

test("what has no place here is told; passwords are left out", () => {
  const { inventory, notes } = read("h ansible_become_pass=geheim ansible_password=geheim ansible_connection=local");
  expect(JSON.stringify(inventory)).not.toContain("geheim");
  expect(inventory.hosts["h"]).toEqual({ variables: { ansible_connection: "local" } });
  expect(notes).toEqual([
    "`ansible_become_pass` is left out: an inventory holds no secret",
    "`ansible_password` is left out: an inventory holds no secret",
    "`ansible_connection` is kept as a variable, and not followed",
  ]);
});

test.each([
  ["h x", "hosts.ini:1: `x` is no variable of the host `h`. Allowed: `name=value`."],
  ["[web\nh", "hosts.ini:1: `[web` is no section. Allowed: `[group]`, `[group:children]`, `[group:vars]`."],
  ["[web:sons]\nh", "`[web:sons]` is no section."],
  ["w[3:1]", "hosts.ini:1: `w[3:1]` holds no range of hosts."],
  ["[a:vars]\nx", "hosts.ini:2: `x` is no variable."],
  ["h ansible_user='{{ user }}'", "hosts.ini (h): `ansible_user` is a template: `{{ user }}`."],
  ["h!", "hosts.ini (h!): `h!` is no name for a host."],
  ["", "hosts.ini: the inventory has no hosts."],
])("a mistake: %s", (text, message) => {
  expect(() => read(text)).toThrow(message);
});

test("a mistake in YAML has its place", () => {
  expect(() => read("web:\n  host: { h: }\n", "hosts.yml")).toThrow(/hosts\.yml:2:3 .*`host` is no part of a group/);
});
