import { imported } from "../../../fixtures/docker-fw/imported";

const FILTER = "docker-fw add web -s . -d 192.0.2.1 --filter";

/** Every form of every command, and the entry that it becomes. */
test.each<[string, string, string[]]>([
  ["add: from an address", "docker-fw add web --source=203.0.113.7 --dport=443", ["accept tcp/443 ext → container web from 203.0.113.7"]],
  ["add: from a network, by letters", "docker-fw add web -s 203.0.113.0/24 -d . -p udp --dport 53", ["accept udp/53 ext → container web from 203.0.113.0/24"]],
  ["add: host bits, as iptables reads them", "docker-fw add web -s203.0.113.9/24 --dport 53", ["accept tcp/53 ext → container web from 203.0.113.0/24"]],
  ["add: from everywhere, to every port", "docker-fw add web --source 0.0.0.0/0", ["accept tcp ext → container web"]],
  ["add: to an address, by its source port", "docker-fw add web --source=. --dest=192.0.2.25 --dport=25 --sport 1025", ["accept tcp/25 container web → ext to 192.0.2.25 source port 1025"]],
  ["add-internal: a container to the container", "docker-fw add-internal db --source=web --dport=5432", ["accept tcp/5432 container web → container db"]],
  ["add-internal: the container to another", "docker-fw add-internal web --source=. --dest=db --dport=5432", ["accept tcp/5432 container web → container db"]],
  ["add-internal: a network of containers", "docker-fw add-internal db --source=172.17.0.0/16 --dport=5432", ["accept tcp/5432 docker → container db from 172.17.0.0/16"]],
  ["add-two-ways", "docker-fw add-two-ways cache --source app --dport 6379", ["accept tcp/6379 container app → container cache link cache"]],
  ["add-input: to the host", "docker-fw add-input web --source . --dest / --dport 9100", ["accept tcp/9100 container web → host"]],
  ["add-input: to an address of the host", "docker-fw add-input web --source . --dest 10.0.0.1 --dport 9100", ["accept tcp/9100 container web → host to 10.0.0.1"]],
  ["allow: every published port", "docker-fw allow web 203.0.113.7 198.51.100.0/24", ["accept published ports ext → container web from 203.0.113.7, 198.51.100.0/24"]],

  ["as root, by its path, over two lines", "sudo /usr/local/bin/docker-fw add /web \\\n  --source=203.0.113.7 --dport=1 # why", ["accept tcp/1 ext → container web from 203.0.113.7"]],
  ["as `docker-fw ls` prints them", "add web -s 203.0.113.7/32 -d . -p tcp --filter '! -i docker0 -o docker0' --dport 80", ["accept tcp/80 ext → container web from 203.0.113.7"]],
  ["by the beginning of an id that is named", "docker-fw add 0123456789ab --source=203.0.113.7 --dport=1", ["accept tcp/1 ext → container web from 203.0.113.7"]],
  ["the same twice", "docker-fw add web -s 192.0.2.1 --dport 1\ndocker-fw add web -s 192.0.2.1/32 -d . --dport=1", ["accept tcp/1 ext → container web from 192.0.2.1"]],
  ["drop: what stands above it", "docker-fw add web -s 192.0.2.1 --dport 1\ndocker-fw drop web\ndocker-fw add web -s 192.0.2.1 --dport 2", ["accept tcp/2 ext → container web from 192.0.2.1"]],

  ["filter: what the sides say already", `${FILTER} '-i docker0 ! -o docker0 -m state --state NEW,RELATED'`, ["accept tcp container web → ext to 192.0.2.1"]],
  ["filter: an interface", `${FILTER}="! -o ppp0"`, ['accept tcp container web → ext to 192.0.2.1 raw iptables ! -o ppp0 raw nftables oifname != "ppp0"']],
  ["filter: a comment", `${FILTER} '-m comment --comment "the mail"'`, ["accept tcp container web → ext to 192.0.2.1 # the mail"]],
])("%s", (_what, text, entries) => {
  const got = imported(text, { containers: ["0123456789abcdef=web"] });
  expect(got).toMatchObject({ entries, findings: [] });
}); // prettier-ignore

/** What becomes no entry: why, with its line. */
test.each<[string, string, string]>([
  ["the host as the source", "docker-fw add web --source=/ --dport=80", "left out: what the host itself sends to containers is open"],
  ["the host in the chain of those who pass", "docker-fw add-internal web --source=. --dest=/ --dport=80", "left out: docker-fw wrote it for packets that pass through the host"],
  ["a container in the chain of the host", "docker-fw add-input web --source=192.0.2.1 --dport=80", "left out: docker-fw wrote it for packets to the host itself, and no such packet"],
  ["a state that begins no connection", `${FILTER} '-m conntrack --ctstate ESTABLISHED'`, "left out: packets of the state `ESTABLISHED` begin no connection"],
  ["words that nftables has not", `${FILTER} '-m length --length 0:100'`, "left out, and closed: the filter `-m length --length 0:100` is in the words of iptables; import with `--backend iptables`"],
  ["init", "docker-fw init", "`docker-fw init`: closes Docker's own way"],
  ["start", "docker-fw start --paused --pull-deps web", "`docker-fw start`: writes no rule; `cdkfw containers HOST start`"],
  ["replay", "docker-fw replay --dry-run web", "`docker-fw replay`: not needed"],
  ["another command", "docker run -d --name web nginx", "left out, since it is no command of docker-fw: `docker run -d --name web nginx`"],
])("%s", (_what, text, words) => {
  const { entries, remarks, findings } = imported(text);
  expect({ entries, findings }).toEqual({ entries: [], findings: [] });
  expect(remarks).toHaveLength(1);
  expect(remarks[0]?.startsWith(`rules.sh:1 ${words}`)).toBe(true);
}); // prettier-ignore

test("a filter in the words of iptables is kept for a host with iptables", () => {
  const { entries } = imported(`${FILTER} '-m length --length 0:100'`, { backend: "iptables" });
  expect(entries).toEqual(["accept tcp container web → ext to 192.0.2.1 raw iptables -m length --length 0:100"]);
});

test("lines of another file have the options, and their own places", () => {
  const lines = "# rules\n--source=192.0.2.1 --dport=1\n--source=/\n";
  const { entries, remarks } = imported({ "rules.sh": "docker-fw add web --from=more.txt", "more.txt": lines });
  expect(entries).toEqual(["accept tcp/1 ext → container web from 192.0.2.1"]);
  expect(remarks).toEqual([expect.stringMatching(/^more.txt:3 left out/)]);
  const named = { "rules.sh": "docker-fw add --from=more.txt", "more.txt": "web --source=192.0.2.1 --dport=1" };
  expect(imported(named).entries).toEqual(["accept tcp/1 ext → container web from 192.0.2.1"]);
});

/** What docker-fw refuses, or only a shell could say. */
test.each<[string, string, string]>([
  ["no source", "docker-fw add web --dport=80", "`--source` is missing."],
  ["no port", "docker-fw add-input web --source=.", "`--dport` is missing."],
  ["no container", "docker-fw add --source=192.0.2.1", "the container is missing."],
  ["itself on both sides", "docker-fw add web --source=web", "the source and the destination are the same."],
  ["itself on neither side", "docker-fw add-internal web --source=a1 --dest=b1 --dport=1", "neither side is `web`."],
  ["a network of Docker from outside", "docker-fw add web --source=172.17.0.0/16", "`172.17.0.0/16` is a network of Docker, and `add` is for those outside of it. Write `add-internal`."],
  ["the address of a container", "docker-fw add-internal web --source=172.17.0.5 --dport=1 --rev-lookup", "`172.17.0.5` is the address of a container, which changes. Write the container's name."],
  ["an id", "docker-fw add 0123456789ab --source=192.0.2.1", "`0123456789ab` is the id of a container, not a name. Name it: `--container ID=NAME`"],
  ["no address", "docker-fw add web --source=192.0.2.300", "`192.0.2.300` is not an IPv4 address."],
  ["no address to allow", "docker-fw allow web", "`allow` names no address."],
  ["a wrong address to allow", "docker-fw allow web 192.0.2.0/33", "`192.0.2.0/33` has no valid prefix length"],
  ["no port number", "docker-fw add web --source=192.0.2.1 --dport=http", "`http` is no port."],
  ["another protocol", "docker-fw add web --source=192.0.2.1 -p icmp", "`icmp` is no protocol of docker-fw."],
  ["a link from an address", "docker-fw add-two-ways web --source=192.0.2.1 --dport=1", "the source `192.0.2.1` is no container."],
  ["a mistyped command", "docker-fw add-imput web --source=. --dest=/ --dport=1", "`add-imput` is no command of docker-fw. Allowed: `add`, `add-input`, `add-internal`, `add-two-ways`, `allow`, `drop`, `init`, `replay`, `ls`, `save-hostconfig`, `start`. Did you mean `add-input`?"],
  ["a mistyped option", "docker-fw add web --sorce=192.0.2.1", "`--sorce=192.0.2.1` is no option of docker-fw."],
  ["a variable", 'docker-fw add web --source="$OFFICE"', '`"$OFFICE"` is for a shell to fill in, which is not run.'],
  ["a loop", "for c in a b; do docker-fw allow $c 192.0.2.1; done", "`$c` is for a shell to fill in, which is not run."],
  ["two commands", "docker-fw init && docker-fw replay web", "`docker-fw init && docker-fw replay web` holds more than one command."],
  ["an open quotation mark", "docker-fw add web --filter='-i eth0", "a quotation mark `'` is not closed."],
  ["rules from the standard input", "docker-fw add web --from=-", "the rules come from the standard input."],
  ["a file that is not there", "docker-fw add web --from=nowhere", "the file `nowhere` of `--from` is not there."],
  ["lines of a file of rules", "--source=192.0.2.1 --dport=80", "`--source=192.0.2.1 --dport=80` has no command."],
  ["a verdict in a filter", "docker-fw add web --source=192.0.2.1 --filter='-j ACCEPT'", "the filter `-j ACCEPT` can not be taken over."],
])("a mistake: %s", (_what, text, message) => {
  const { findings } = imported(`#\n${text}\n`);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toContain(`rules.sh:2: ${message}`);
}); // prettier-ignore
