import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import type { Manifest } from "../../../lib/bundle/format";
import type { HostPolicy } from "../../../lib/model/policy";
import type { ReportData } from "../../../lib/report/data";
import { changeReport } from "../../../lib/report/change-report";
import { hostReport, type HostAdditions } from "../../../lib/report/host-report";
import { reportHtml } from "../../../lib/report/html";
import { SharedSets } from "../../../lib/report/shared-sets";
import { forward, policyOf, rule } from "../../fixtures/policy";

/** What a hostile comment would do, if any of it were ever read as code. */
const HOSTILE = '</script><img src=x onerror="document.title=1">{{1}}';

const gateway = policyOf({
  host: "gw",
  zones: { ext: ["wan0"], lan: ["lan0"] },
  entries: [
    rule("accept", "lan", "host", { services: ["ssh"], comment: HOSTILE }),
    rule("reject", "lan", "ext", { services: ["smtp"] }),
    rule("accept", "lan", "ext"),
    forward("ext", { v4: "10.0.0.5" }, { services: ["https"] }),
  ],
});

let folder: string;
let sets: SharedSets;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "report-"));
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a report; whatever it complains about, or tries to load, fails the test. */
async function open(
  hosts: ReportData["hosts"],
  more: Partial<ReportData> = {},
  colorScheme: "light" | "dark" = "light",
) {
  const file = join(folder, "report.html");
  writeFileSync(
    file,
    reportHtml({ title: "Firewalls of edge", made: "2027-01-31 12:00 UTC", hosts, sets: sets.packed, ...more }),
  );
  page = await browser.newPage({ colorScheme });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("request", (request) => request.url().startsWith("file:") || complaints.push(request.url()));
  await page.goto(`file://${file}`);
  await page.waitForSelector("h1");
  return complaints;
}

beforeEach(() => (sets = new SharedSets()));
afterEach(() => page.close());

/** Follows the link to a host, and waits until it is unpacked. */
async function visit(name: string): Promise<void> {
  await page.click(`th a:text-is("${name}")`);
  await page.waitForSelector("#rules");
}

function host(policy: HostPolicy, additions: HostAdditions = { findings: [] }, groups: string[] = []) {
  const { host: name, path, backend } = policy;
  const generation = "0123456789abcdef";
  const manifest: Manifest = { format: 1, host: name, path, groups, backend, generation, target: { address: "192.0.2.1" }, probes: [], texts: {} }; // prettier-ignore
  return hostReport({ folder: "", texts: {}, manifest }, policy, additions, sets);
}

test("hosts stand under their groups, and a click leads to one", async () => {
  const complaints = await open([host(gateway, undefined, ["gateway"]), host({ ...gateway, host: "web-1" })]);
  expect(await page.locator("h2").allInnerTexts()).toEqual(["gateway 1", "no group 1"]);
  await visit("web-1");
  expect(await page.locator("h1").innerText()).toBe("web-1");
  expect(complaints).toEqual([]);
});

test("what a comment holds is shown, and is never code", async () => {
  const complaints = await open([host(gateway)]);
  await visit("gw");
  await page.waitForSelector("text=onerror");
  expect(await page.title()).toBe("Firewalls of edge");
  expect(complaints).toEqual([]);
});

test("the matrix and the graph tell the flows, and choose the rules of a pair", async () => {
  await open([host(gateway)]);
  await visit("gw");
  const cell = page.getByRole("button", { name: "lan to ext: everything; but not smtp (tcp 25)" });
  expect(await cell.count()).toBe(2); // the graph's arrow and the matrix's cell
  await cell.last().click();
  await page.waitForSelector("text=2 of 4");
  await page.click("text=all sides");
  await page.waitForSelector("text=4 of 4");
});

test("an arrow of the graph is chosen by keyboard", async () => {
  await open([host(gateway)]);
  await visit("gw");
  await page.locator(".arrow").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector(".arrow.chosen");
});

test.each([
  [{ in: "lan0", out: "", dst: "192.0.2.1", dport: "22" }, "accept", "lan → host"],
  [{ in: "lan0", out: "wan0", dst: "203.0.113.5", dport: "25" }, "reject with tcp-reset", "smtp"],
  [{ in: "wan0", out: "", dst: "192.0.2.1", dport: "23" }, "reject with tcp-reset", "the language itself"],
  [{ in: "wan0", out: "", dst: "nowhere", dport: "23" }, "`nowhere` is no IPv4 address", ""],
])("the tracer answers %j with %s", async (packet, verdict, by) => {
  await open([host(gateway)]);
  await visit("gw");
  await page.selectOption("select[name=in]", packet.in);
  await page.selectOption("select[name=out]", packet.out);
  await page.fill("input[name=dst]", packet.dst);
  await page.fill("input[name=dport]", packet.dport);
  await page.click("button[type=submit]");
  const answer = await page.locator("output").innerText();
  expect(answer).toContain(verdict);
  expect(answer).toContain(by);
});

test("the search finds rules on all hosts", async () => {
  await open([host(gateway), host({ ...gateway, host: "web-1" })]);
  await page.fill("input[type=search]", "SMTP");
  await page.waitForSelector("text=2 on 2 hosts");
  expect(await page.locator("tbody tr").count()).toBe(2);
});

test("findings and changes stand on the host's page", async () => {
  const open22 = { ...gateway, entries: gateway.entries.slice(0, 1) };
  const lines = ["- reject x", "  stays"];
  const findings = [
    { level: "warning" as const, text: "edge/fleet/gw/ssh (main.ts:3): expires soon." },
    { level: "note" as const, text: "edge/fleet/gw/lan: open.", silenced: "a lab" },
  ];
  const changes = changeReport(open22, gateway, lines);
  await open([host(gateway, { findings, change: "changed", changes })], { against: "main" });
  expect(await page.locator("tbody").innerText()).toMatch(/1 warning.*± changed/s);
  await visit("gw");
  const text = await page.locator("main").innerText();
  expect(text).toContain("expires soon");
  expect(text).toContain("open. Silenced: a lab");
  expect(text).toMatch(/newly admitted\n.*on lan → ext/);
  expect(text).toContain("- reject x");
  expect(text).not.toContain("stays");
});

test("counters of the kernel stand beside their rules", async () => {
  const counters = new Map([
    ["edge/fleet/h1/accept-lan-host", { packets: 1234, bytes: 5 }],
    ["edge/fleet/h1/reject-lan-ext", { packets: 7, bytes: 280, shared: 12 }],
  ]);
  await open([host(gateway, { findings: [], counters })]);
  await visit("gw");
  const rules = await page.locator(".rules tbody tr").allInnerTexts();
  expect(rules[0]).toContain("1,234");
  expect(rules[1]).toContain("7 of 12 rules");
});

test("no text is wider than a telephone, and print leaves the forms out", async () => {
  await open([host(gateway)], {}, "dark");
  await visit("gw");
  await page.setViewportSize({ width: 390, height: 800 });
  expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  await page.emulateMedia({ media: "print" });
  expect(await page.locator(".tracer").isVisible()).toBe(false);
});

test("a large set is kept once for all hosts, and the tracer knows it", async () => {
  const many = Array.from({ length: 300 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`);
  const addresses = { many: { v4: many } };
  const made = policyOf({ addresses, entries: [rule("accept", "ext", "host", { source: ["many"] })] });
  await open([host({ ...made, host: "gw" }), host({ ...made, host: "web-1" })]);
  expect(sets.packed.length).toBe(1);
  await visit("web-1");
  await page.fill("input[name=src]", "10.1.43.9");
  await page.click("button[type=submit]");
  expect(await page.locator("output").innerText()).toMatch(/^accept/);
});
