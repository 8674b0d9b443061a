import { Command } from "commander";
import { dockerFwCommand } from "./import-docker-fw";
import { microfwCommand } from "./import-microfw";

export function importCommand(): Command {
  return new Command("import")
    .description("make a project of what another program's configuration says")
    .addHelpText(
      "after",
      "\nExamples:\n  cdkfw import microfw nodes --out firewalls\n" +
        "  cdkfw import docker-fw /var/lib/docker/containers --name dock-1 --interface eth0",
    )
    .addCommand(microfwCommand())
    .addCommand(dockerFwCommand());
}
