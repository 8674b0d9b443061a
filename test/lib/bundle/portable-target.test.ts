import { portableTarget } from "../../../lib/bundle/portable-target";

const PROJECT = "/home/me/project";
const FOLDER = `${PROJECT}/cdktf.out/stacks/edge/hosts/web-1`;

describe("a target's files", () => {
  it.each([
    ["inside the project become relative", `${PROJECT}/keys/id`, "../../../../../keys/id"],
    ["beside the bundle become relative", `${FOLDER}/id`, "id"],
    ["outside of the project stay", "/etc/ssh/id", "/etc/ssh/id"],
    ["in a folder whose name only begins like the project's stay", `${PROJECT}-2/id`, `${PROJECT}-2/id`],
    ["of the deployer's home stay", "~/.ssh/id", "~/.ssh/id"],
    ["that are relative already stay", "keys/id", "keys/id"],
    ["whose names begin with dots are inside, too", `${PROJECT}/..keys/id`, "../../../../../..keys/id"],
  ])("%s", (_, file, wanted) => {
    const hop = { address: "192.0.2.1", identityFiles: [file], knownHostsFiles: [file] };
    const given = { ...hop, jump: [{ ...hop, address: "192.0.2.2" }] };
    const expected = { identityFiles: [wanted], knownHostsFiles: [wanted] };
    expect(portableTarget(given, PROJECT, FOLDER)).toEqual({
      address: "192.0.2.1",
      ...expected,
      jump: [{ address: "192.0.2.2", ...expected }],
    });
  });

  it("are the same for two checkouts of a project", () => {
    const of = (project: string) =>
      portableTarget({ address: "a", identityFiles: [`${project}/id`] }, project, `${project}/out/h`);
    expect(of("/one")).toEqual(of("/somewhere/else"));
  });
});
