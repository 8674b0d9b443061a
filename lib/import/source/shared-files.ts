import { declaredOf } from "../plan";
import { statement, type Member } from "./code";
import { sourceLines } from "./comments";
import type { ProjectNames } from "./host-file";
import { addressSource, serviceSource } from "./objects";

/** `addresses.ts`: what several hosts call by the same name. Nothing where there is nothing of the kind. */
export function addressesFile({ addresses, identifiers }: ProjectNames): string | undefined {
  const declared = declaredOf(addresses.lines);
  if (declared.length === 0) return undefined;
  const nameOf = (one: (typeof declared)[number]) => identifiers.of("address", one.name, JSON.stringify(one.policy));
  const members = declared.map((one): Member => [nameOf(one)]);
  return [
    'import { Address, type Fleet } from "cdkfw";',
    "",
    "export type SharedAddresses = ReturnType<typeof sharedAddresses>;",
    "",
    "/** The addresses that several hosts use. */",
    "export function sharedAddresses(fleet: Fleet) {",
    ...sourceLines(addresses.lines, 2, (one) => [addressSource(2, `const ${nameOf(one)} = `, "fleet", one, ";")]),
    "",
    statement(2, "return ", { object: members }, ";"),
    "}",
    "",
  ].join("\n");
}

/** `services.ts`: the services that are not of the library. */
export function servicesFile({ services, identifiers }: ProjectNames): string | undefined {
  if (declaredOf(services.lines).length === 0) return undefined;
  const lines = sourceLines(services.lines, 0, (one) =>
    one.library
      ? []
      : [serviceSource("export const", identifiers.of("service", one.name, JSON.stringify(one.policy)), one)],
  );
  return ['import { Service } from "cdkfw";', "", ...lines, ""].join("\n");
}
