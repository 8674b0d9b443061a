import { selectHosts } from "../../../lib/model/host-selection";
import { UserError } from "../../../lib/model/user-error";

const HOSTS = [
  { name: "web-1", groups: ["web", "ams"] },
  { name: "web-2", groups: ["web", "fra"] },
  { name: "web-10", groups: ["web", "fra"] },
  { name: "db-1", groups: ["db"] },
  { name: "gw.ams", groups: [] },
];

const select = (...selectors: string[]) => selectHosts(HOSTS, selectors, "`out`").map(({ name }) => name);

test.each<{ selectors: string[]; want: string[] }>([
  { selectors: [], want: ["web-1", "web-2", "web-10", "db-1", "gw.ams"] },
  { selectors: ["db-1", "web-1"], want: ["web-1", "db-1"] },
  { selectors: ["web-*"], want: ["web-1", "web-2", "web-10"] },
  { selectors: ["web-?"], want: ["web-1", "web-2"] },
  { selectors: ["gw?ams"], want: ["gw.ams"] },
  { selectors: ["group:db"], want: ["db-1"] },
  { selectors: ["group:?ra", "db-*"], want: ["web-2", "web-10", "db-1"] },
  { selectors: ["!web-2"], want: ["web-1", "web-10", "db-1", "gw.ams"] },
  { selectors: ["!group:fra", "group:web"], want: ["web-1"] },
  { selectors: ["web-*", "!web-1*"], want: ["web-2"] },
])("$selectors means $want", ({ selectors, want }) => {
  expect(select(...selectors)).toEqual(want);
});

test.each<{ selectors: string[]; code: string; message: string; help: string }>([
  { selectors: ["web-3"], code: "unknown-host", message: "`web-3` is no host of `out`", help: "Did you mean `web-1`?" },
  {
    selectors: ["db"],
    code: "unknown-host",
    message: "`db` is no host",
    help: "The group of that name is `group:db`.",
  },
  { selectors: ["gw.*x"], code: "unknown-host", message: "`gw.*x`", help: "Did you mean `gw.ams`?" },
  { selectors: ["gwxams"], code: "unknown-host", message: "`gwxams`", help: "Did you mean `gw.ams`?" },
  { selectors: ["!wbe-1"], code: "unknown-host", message: "`wbe-1`", help: "Did you mean `web-1`?" },
  { selectors: ["zzzzzzzzzz"], code: "unknown-host", message: "`zzzzzzzzzz`", help: "Known: web-1, web-2, web-10" },
  { selectors: ["group:wbe"], code: "unknown-group", message: "`wbe` is no group", help: "Did you mean `group:web`?" },
  { selectors: ["db-1", "!group:db"], code: "no-host", message: "`db-1` `!group:db` leaves no host", help: "Exclude" },
])("$selectors is a mistake: $code", ({ selectors, code, message, help }) => {
  const told = (): unknown => {
    try {
      return select(...selectors);
    } catch (error) {
      return error;
    }
  };
  const error = told() as UserError;
  expect(error).toBeInstanceOf(UserError);
  expect(error.code).toBe(code);
  expect(error.message).toContain(message);
  expect(error.help).toContain(help);
});

test("groups are asked for only where a selector names one", () => {
  const groups = jest.fn(() => ["web"]);
  const host = { name: "web-1", get groups() { return groups(); } }; // prettier-ignore
  selectHosts([host], ["web-*", "web-1"], "`out`");
  expect(groups).not.toHaveBeenCalled();
  selectHosts([host], ["group:web"], "`out`");
  expect(groups).toHaveBeenCalled();
});
