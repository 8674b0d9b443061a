import { nearestName, show } from "../../model/findings";
import { action, type Action } from "../../model/policy";
import type { ReadRow } from "./read-rows";
import type { RuleRow, VirtualRow } from "./rows";

/** `ext  FW  office  ALL  ssh  accept` */
export const readRule: ReadRow<RuleRow> = (values, place, complain) => {
  const [from = "", to = "", source = "", destination = "", service = "", does = ""] = values;
  const known = action.options as readonly string[];
  if (!known.includes(does)) {
    const near = nearestName(does, known);
    complain({
      problem: `${show(does)} is no action`,
      allowed: known.map(show).join(", "),
      ...(near !== undefined && { fix: `did you mean \`${near}\`?` }),
    });
  }
  return { place, from, to, source, destination, service, action: does as Action };
};

/** `ext  wan_ip  nas  https  https` */
export const readVirtual: ReadRow<VirtualRow> = (values, place) => {
  const [from = "", external = "", internal = "", externalService = "", internalService = ""] = values;
  return { place, from, external, internal, externalService, internalService };
};
