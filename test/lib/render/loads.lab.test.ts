import fc from "fast-check";
import { runtimeScript } from "../../../lib/host/runtime";
import type { HostPolicy } from "../../../lib/model/policy";
import { Lab, type LabHost } from "../../../lib/sandbox";
import { bundleContents } from "../../../lib/synth/synthesize";
import { GATEWAY, policyOf } from "../../fixtures/policy";
import { anyPolicy } from "./any-policy";
import { deploy } from "./on-host";

/**
 * Whatever the policy, the kernel takes its texts by the runtime's own way of loading, all of them: what `iptables-save`
 * prints afterwards has as many rules as the text, with the same comments. On iptables over nftables and on the legacy
 * one, and on nftables itself.
 */
const policies = [policyOf(GATEWAY), ...fc.sample(anyPolicy, { numRuns: 40, seed: 1 })];

const nftText = (policy: HostPolicy): string =>
  bundleContents({ ...policy, backend: "nftables" }).texts["nftables"] ?? "";

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ name: "nft" }, { name: "legacy" }] });
  const links = ["iptables", "ip6tables"].flatMap((tool) =>
    ["", "-save", "-restore"].map((end) => `ln -s ../../sbin/${tool}-legacy${end} /usr/local/sbin/${tool}${end}`),
  );
  expect(await lab.host("legacy").exec(links.join(" && "))).toMatchObject({ code: 0 });
  for (const host of lab.hosts) {
    await deploy(host, { zones: { ext: ["wan0"] } });
    await putAll(host);
  }
});

afterAll(() => lab?.stop());

async function putAll(host: LabHost): Promise<void> {
  const files = policies.flatMap((policy, index) =>
    Object.entries(bundleContents(policy).texts).map(
      ([name, text]) =>
        `mkdir -p /tmp/policies/${index}; cat >/tmp/policies/${index}/${name} <<'@@END@@'\n${text}@@END@@\n`,
    ),
  );
  expect(await host.exec(["sh"], { input: files.join("") })).toMatchObject({ code: 0, stderr: "" });
}

/** The comments of all rules and elements of our table. */
function nftComments(text: string): string[] {
  return [...text.matchAll(/ comment "([^"]*)"/g)].map(([, comment = ""]) => comment).sort();
}

/** Each in a network of its own: nothing is left of the one before. */
async function loadAll(host: LabHost): Promise<{ error: string; v4: string; v6: string }[]> {
  const script = `for n in $(seq 0 ${policies.length - 1}); do
    unshare --net sh -c "
      /bin/sh /usr/local/lib/cdkfw/cdkfw-host rehearsal /tmp/policies/$n 2>&1 >/dev/null
      echo @@; iptables-save 2>/dev/null; echo @@; ip6tables-save 2>/dev/null; echo @@@"
  done`;
  const { stdout } = await host.exec(script, { timeoutMs: 60_000 });
  return stdout
    .split("@@@\n")
    .slice(0, -1)
    .map((part) => {
      const [error = "", v4 = "", v6 = ""] = part.split("@@\n");
      return { error, v4, v6 };
    });
}

/** The comments of all rules of ours, those that are not for bridges included: none of the interfaces is one. */
function comments(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/^#unless-bridge \S+ /, ""))
    .filter((line) => line.startsWith("-A CDKFW-"))
    .map((line) => /--comment ("(?:[^"\\]|\\.)*"|\S+)/.exec(line)?.[1] ?? line)
    .map((comment) => comment.replace(/^"|"$/g, "").replace(/\\(.)/g, "$1"))
    .sort();
}

describe("nftables", () => {
  it("takes the text of any policy, and keeps every rule and every word", async () => {
    const host = lab.host("nft");
    const files = policies.map(
      (policy, index) =>
        `mkdir -p /tmp/nft/${index}; cat >/tmp/nft/${index}/nftables <<'@@END@@'\n${nftText(policy)}@@END@@\n`,
    );
    expect(await host.exec(["sh"], { input: files.join("") })).toMatchObject({ code: 0, stderr: "" });
    const script = `for n in $(seq 0 ${policies.length - 1}); do
      unshare --net sh -c "
        /bin/sh /usr/local/lib/cdkfw/cdkfw-host rehearsal /tmp/nft/$n 2>&1 >/dev/null
        echo @@; nft list table inet cdkfw; echo @@@"
    done`;
    const { stdout } = await host.exec(script, { timeoutMs: 60_000 });
    const loaded = stdout.split("@@@\n").slice(0, -1);
    expect(loaded).toHaveLength(policies.length);
    for (const [index, policy] of policies.entries()) {
      const [error = "", table = ""] = (loaded[index] ?? "").split("@@\n");
      expect([index, error]).toEqual([index, ""]);
      // Nobody refuses in a network of its own what we accepted.
      const wanted = nftText(policy).replace(/^\t#when-refused-later .*$/gm, "");
      expect(nftComments(table)).toEqual(nftComments(wanted));
    }
  });

  it("is found whole by what a confirmation asks, and not where its last rule is gone", async () => {
    const host = lab.host("nft");
    // The runtime's own functions, in the place of its commands.
    const ask = `REHEARSING=yes; whole() { if nftables_whole "$1/loaded" "$(live_rules)"; then echo whole; else echo broken; fi; }
      load_nftables "$1" && printf '%s\\n' "$table_text" >"$1/loaded" && whole "$1"
      last=$(nft -a list chain inet cdkfw input | sed -n 's/.* handle \\([0-9]*\\)$/\\1/p' | tail -n 1)
      nft delete rule inet cdkfw input handle "$last" && whole "$1"; exit`;
    await host.writeFile(
      "/tmp/ask",
      runtimeScript().replace(/^command=\$\{1:-\}$[^]*/m, () => ask),
    );
    const script = `for n in $(seq 0 ${policies.length - 1}); do unshare --net sh /tmp/ask /tmp/nft/$n 2>&1; done`;
    const { stdout } = await host.exec(script, { timeoutMs: 60_000 });
    expect(stdout.trim().split("\n")).toEqual(policies.flatMap(() => ["whole", "broken"]));
  });
});

describe.each(["nft", "legacy"])("iptables (%s)", (name) => {
  it("takes the texts of any policy, and keeps every rule and every word", async () => {
    const host = lab.host(name);
    const { stdout } = await host.exec("iptables -V");
    expect(stdout).toContain(name === "nft" ? "nf_tables" : "legacy");
    const loaded = await loadAll(host);
    expect(loaded).toHaveLength(policies.length);
    for (const [index, policy] of policies.entries()) {
      const { texts } = bundleContents(policy);
      const { error = "", v4 = "", v6 = "" } = loaded[index] ?? {};
      expect([index, error.replace(/^(# )?Warning: .*\n/gm, "")]).toEqual([index, ""]);
      expect(comments(v4)).toEqual(comments(texts["iptables.v4"] ?? ""));
      expect(comments(v6)).toEqual(comments(texts["iptables.v6"] ?? ""));
    }
  });
});
