import type { HostDetails, HostSummary, ReportData } from "../data";

type Elements = { readonly v4: readonly string[]; readonly v6: readonly string[] };

/** A host's part, the elements of its shared sets put back. */
export async function unpackHost(host: HostSummary, sets: ReportData["sets"]): Promise<HostDetails> {
  const details = await unpack<HostDetails>(host.packed);
  const shared = new Map<string, Elements>();
  for (const [name, number] of Object.entries(details.shared)) {
    shared.set(name, await unpack<Elements>(sets[number] ?? ""));
  }
  const full = details.ruleset.sets.map((set) => ({ ...set, ...shared.get(set.name) }));
  return { ...details, ruleset: { ...details.ruleset, sets: full } };
}

async function unpack<T>(packed: string): Promise<T> {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return (await new Response(stream).json()) as T;
}
