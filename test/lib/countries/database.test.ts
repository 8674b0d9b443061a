import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findDatabase } from "../../../lib/countries/database";
import { networksIn } from "../../../lib/countries/networks";

const FIXTURE = join(__dirname, "../../fixtures/countries");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "countries-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const copyTo = (name: string) => {
  for (const family of [4, 6]) {
    copyFileSync(join(FIXTURE, `test-ipv${family}-num.csv`), join(folder, `${name}-ipv${family}-num.csv`));
  }
};

describe("a database", () => {
  test("is an npm package, whose version tells the day", () => {
    const { database } = findDatabase("@ip-location-db/asn-country");
    expect(database.name).toBe("@ip-location-db/asn-country");
    expect(database.version.replaceAll("-", "")).toContain(database.date?.replaceAll("-", ""));
  });

  test("is a folder with the two files, told from another one by its content", () => {
    copyTo("a");
    const first = findDatabase(folder).database;
    writeFileSync(join(folder, "a-ipv4-num.csv"), "1,2,DE\n");
    expect(first).toEqual({ name: folder, version: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(findDatabase(folder).database.version).not.toBe(first.version);
  });

  test.each([
    ["that is not installed", () => "@no/such-package", "`@no/such-package` is not installed"],
    ["whose folder does not exist", () => join(folder, "none"), "is no folder"],
    ["without files", () => folder, "has no file `*-ipv4-num.csv`"],
    ["with files of several databases", () => (copyTo("a"), copyTo("b"), folder), "has 2 files `*-ipv4-num.csv`"],
  ])("%s is an error", (_, name, told) => {
    expect(() => findDatabase(name())).toThrow(expect.objectContaining({ code: "no-country-database" }));
    expect(() => findDatabase(name())).toThrow(told);
  });

  test("whose package is missing is cured by one command", () => {
    mkdirSync(join(folder, "empty"));
    const help = expect.stringContaining("Run `npm install @ip-location-db/asn-country` in the project");
    expect(() => findDatabase("@no/such-package")).toThrow(expect.objectContaining({ help }));
  });

  test.each(["1.0.0.0,1.0.0.255,DE", "first,last,code", "1,2", "1,2,Germany"])(
    "with the line `%s` is an error",
    (line) => {
      copyTo("a");
      writeFileSync(join(folder, "a-ipv6-num.csv"), `1,2,DE\n${line}\n`);
      expect(() => networksIn(findDatabase(folder), ["FR"])).toThrow(`has the line \`${line}\``);
    },
  );
});

describe("the networks of a country", () => {
  const { v4, v6, digest } = networksIn(findDatabase(FIXTURE), ["DE"]).get("DE") ?? { v4: [], v6: [], digest: "" };

  test("are the fewest that hold its addresses, in ascending order", () => {
    expect(v4).toEqual([
      "5.5.5.0/24",
      "5.5.6.0/23",
      "192.168.1.0/24",
      "198.51.100.0",
      "198.51.100.5",
      "198.51.100.6/31",
      "198.51.100.8/31",
      "198.51.100.10",
    ]);
    expect(v6).toEqual(["2001:db8::/64"]);
    expect(digest).toMatch(/^[0-9a-f]{12}$/);
  });

  test("are none where the database has none", () => {
    expect(networksIn(findDatabase(FIXTURE), ["AQ"]).get("AQ")).toMatchObject({ v4: [], v6: [] });
  });
});
