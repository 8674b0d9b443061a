import { useState } from "preact/hooks";
import { evaluate } from "../../analysis/evaluate";
import { packetOf, type PacketText } from "../../analysis/packet-of-text";
import { decisionInWords, stepInWords } from "../../analysis/trace-words";
import type { HostDetails } from "../data";

interface Answer {
  readonly kind: "let" | "refused" | "mistake";
  readonly words: string;
  readonly by?: string;
  readonly way: readonly string[];
}

const HOST_ITSELF = "";

/** What the rules do with a packet, worked out in the page; nothing is sent anywhere. */
export function Tracer({ details }: { readonly details: HostDetails }) {
  const [answer, setAnswer] = useState<Answer>();
  const interfaces = details.zones.flatMap((zone) => zone.interfaces.map((name) => ({ name, zone: zone.name })));
  return (
    <section aria-labelledby="tracer" class="tracer">
      <h2 id="tracer">Trace a packet</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setAnswer(trace(new FormData(event.currentTarget), details));
        }}
      >
        <Side
          name="in"
          label="comes in by"
          none="the host sends it"
          interfaces={interfaces}
          first={interfaces[0]?.name}
        />
        <Side name="out" label="goes out by" none="it is for the host" interfaces={interfaces} first={HOST_ITSELF} />
        <Text name="src" label="source" value="203.0.113.7" />
        <Text name="dst" label="destination" value="198.51.100.1" />
        <Text name="proto" label="protocol" value="tcp" />
        <Text name="sport" label="source port" value="" />
        <Text name="dport" label="destination port" value="443" />
        <label>
          connection
          <select name="state">
            <option>new</option>
            <option>established</option>
            <option>related</option>
            <option>invalid</option>
          </select>
        </label>
        <button type="submit">Trace</button>
      </form>
      <output>{answer !== undefined && <AnswerView answer={answer} />}</output>
    </section>
  );
}

interface SideProps {
  readonly name: string;
  readonly label: string;
  readonly none: string;
  readonly interfaces: readonly { readonly name: string; readonly zone: string }[];
  readonly first: string | undefined;
}

/** An interface that is a pattern stands for any of its kind. */
function Side({ name, label, none, interfaces, first }: SideProps) {
  return (
    <label>
      {label}
      <select name={name}>
        <option value={HOST_ITSELF} selected={first === HOST_ITSELF}>
          {none}
        </option>
        {interfaces.map((one) => (
          <option key={one.name} value={one.name.replace("*", "0")} selected={first === one.name}>
            {one.name} ({one.zone})
          </option>
        ))}
      </select>
    </label>
  );
}

function Text({ name, label, value }: { readonly name: string; readonly label: string; readonly value: string }) {
  return (
    <label>
      {label}
      <input name={name} defaultValue={value} size={Math.max(6, value.length)} spellcheck={false} />
    </label>
  );
}

function AnswerView({ answer }: { readonly answer: Answer }) {
  return (
    <>
      <p class={`answer ${answer.kind}`}>{answer.words}</p>
      {answer.by !== undefined && <p>{answer.by}</p>}
      {answer.way.length > 0 && (
        <ol>
          {answer.way.map((step, index) => (
            <li key={index}>{step}</li>
          ))}
        </ol>
      )}
    </>
  );
}

function trace(form: FormData, { ruleset, entries }: HostDetails): Answer {
  try {
    const { decision, decidedBy, entry, way } = evaluate(ruleset, packetOf(textOf(form)));
    const place = entries.find(({ path }) => path === entry?.origin.path)?.place;
    const implied = decidedBy?.rule.origin.kind === "implicit" ? decidedBy.rule.origin.reason : undefined;
    return {
      kind: decision.kind === "accept" ? "let" : "refused",
      words: decisionInWords(decision),
      by:
        entry !== undefined
          ? `by ${entry.words}, ${place ?? entry.origin.path}`
          : `by ${implied === undefined ? "no rule: outbound traffic is open" : `the language itself: ${implied}`}`,
      way: way.map((step) => `${step.chain}: ${stepInWords(step)}`),
    };
  } catch (error) {
    const { message, help } = error as { readonly message: string; readonly help?: string };
    return { kind: "mistake", words: [message, help].filter(Boolean).join(". "), way: [] };
  }
}

function textOf(form: FormData): PacketText {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const port = (name: string) => (/^\d{1,5}$/.test(text(name)) ? { [name]: Number(text(name)) } : {});
  return {
    src: text("src"),
    dst: text("dst"),
    proto: text("proto"),
    state: text("state") as PacketText["state"],
    ...(text("in") !== HOST_ITSELF && { in: text("in") }),
    ...(text("out") !== HOST_ITSELF && { out: text("out") }),
    ...port("sport"),
    ...port("dport"),
  };
}
