import { cdkfw } from "../fixtures/deployment";

jest.setTimeout(180_000); // a process for every command

test("every command has a help with an example, and every unknown one a proposal", async () => {
  const { code, stdout } = await cdkfw(["--help"]);
  expect(code).toBe(0);
  const commands = [...stdout.matchAll(/^ {2}([a-z]+)[ |]/gm)]
    .map(([, name]) => name ?? "")
    .filter((name) => name !== "help");
  expect(commands).toEqual(expect.arrayContaining(["synth", "show", "diff", "deploy", "apply", "status", "rollback", "teardown", "compile", "report", "sandbox"])); // prettier-ignore
  const helps = await Promise.all(commands.map((name) => cdkfw([name, "--help"])));
  helps.forEach((help, index) => {
    expect(help.code).toBe(0);
    expect(`${commands[index]}: ${help.stdout}`).toMatch(/Examples?:\n {2}cdkfw /);
  });
  const unknown = await cdkfw(["deplay"]);
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringMatching(/Did you mean deploy/) as string });
});

test.each([
  [["apply", "--bundle", "/nowhere", "--json"], /"no-bundle"/],
  [["status", "--out", "/nowhere", "--json"], /"no-bundle"/],
  [["apply", "--bundle", "x", "--confirm-timeout", "0"], /whole number from 1 to 3600/],
  [["apply", "--bundle", "x", "--port", "70000"], /whole number from 1 to 65535/],
])("%j is refused with exit 1 and its reason", async (args, reason) => {
  const { code, stdout, stderr } = await cdkfw(args);
  expect(code).toBe(1);
  expect(stdout + stderr).toMatch(reason);
});
