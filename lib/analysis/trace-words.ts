import type { Decision, Step } from "./evaluate";

/** `accept, forwarded to 10.0.0.5 port 8080, masqueraded` */
export function decisionInWords(decision: Decision): string {
  switch (decision.kind) {
    case "drop":
      return "drop";
    case "leave":
      return "left to Docker";
    case "reject":
      return `reject with ${decision.answer}`;
    case "accept": {
      const to = decision.destination === undefined ? "" : `, forwarded to ${decision.destination}`;
      const port = decision.destinationPort === undefined || to === "" ? "" : ` port ${decision.destinationPort}`;
      const from =
        decision.source === undefined
          ? ""
          : decision.source === "masquerade"
            ? ", masqueraded"
            : `, as ${decision.source}`;
      return `accept${to}${port}${from}`;
    }
  }
}

/** `accept     ssh  ext → host (accept)`, and where a rule sends the packet on: `… → forward/ext/lan`. */
export function stepInWords({ rule: { origin, verdict } }: Step): string {
  const reason = origin.kind === "implicit" ? origin.reason : origin.words.replace(/ {2,}/g, " ");
  return verdict.kind === "jump" || verdict.kind === "goto"
    ? `${reason} → ${verdict.chain}`
    : `${reason} (${verdict.kind})`;
}
