import { useEffect, useState } from "preact/hooks";
import type { HostDetails, HostSummary } from "../data";

const unpacked = new Map<string, Promise<HostDetails>>();

/** A host's part of the report; unpacked once. */
export function detailsOf(host: HostSummary): Promise<HostDetails> {
  const known = unpacked.get(host.name);
  if (known !== undefined) return known;
  const details = unpack(host.packed);
  unpacked.set(host.name, details);
  return details;
}

export function useDetails(host: HostSummary): HostDetails | undefined {
  const [shown, show] = useState<{ of: HostSummary; details: HostDetails }>();
  useEffect(() => {
    let wanted = true;
    void detailsOf(host).then((details) => wanted && show({ of: host, details }));
    return () => {
      wanted = false;
    };
  }, [host]);
  return shown?.of === host ? shown.details : undefined;
}

async function unpack(packed: string): Promise<HostDetails> {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return (await new Response(stream).json()) as HostDetails;
}
