import type { HostPolicy } from "../../lib/model/policy";
import type { LabHost } from "../../lib/sandbox";

/** A host, what it shall let through, and that as nft takes it: all contenders bring the same text. */
export interface FleetHost {
  readonly host: LabHost;
  readonly policy: HostPolicy;
  readonly text: string;
}
