import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { HostDetails, HostSummary, ReportData } from "../data";
import { unpackHost } from "./unpack";

/** The sets that hosts share. */
export const Sets = createContext<ReportData["sets"]>([]);

const unpacked = new Map<string, Promise<HostDetails>>();

/** A host's part of the report; unpacked once. */
export function detailsOf(host: HostSummary, sets: ReportData["sets"]): Promise<HostDetails> {
  const known = unpacked.get(host.name);
  if (known !== undefined) return known;
  const details = unpackHost(host, sets);
  unpacked.set(host.name, details);
  return details;
}

export function useDetails(host: HostSummary): HostDetails | undefined {
  const sets = useContext(Sets);
  const [shown, show] = useState<{ of: HostSummary; details: HostDetails }>();
  useEffect(() => {
    let wanted = true;
    void detailsOf(host, sets).then((details) => wanted && show({ of: host, details }));
    return () => {
      wanted = false;
    };
  }, [host, sets]);
  return shown?.of === host ? shown.details : undefined;
}
