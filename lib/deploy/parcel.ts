import { gzipSync } from "node:zlib";
import type { Bundle } from "../bundle/format";
import { sha256 } from "../bundle/generation";
import { INCOMING_PATH, RUNTIME_PATH, runtimeScript } from "../host/runtime";
import { quote } from "../remote";
import type { Change } from "./change";

/** What is sent to a host in one go, and the command that receives it. */
export interface Parcel {
  readonly command: string;
  readonly stdin: string | Buffer;
}

let runtimeMember: Buffer | undefined;

/**
 * The runtime, and behind it a generation's texts: lib/host/runtime/32-parcel.sh. It travels as two members of a gzip file,
 * the first of which is the same for all hosts. It arrives in a file and runs only when gzip has found both sums right: a
 * connection that breaks in the middle of it changes nothing. The shell ends before it comes to the texts.
 */
export function parcel(bundle: Bundle, change: Change): Parcel {
  const { manifest, texts } = bundle;
  const sums = Object.entries(manifest.texts).map(([name, digest]) => `${digest}  ${name}\n`);
  const mark = `CDKFW_PART_${change.nonce}`;
  const files = Object.entries({ ...texts, SHA256SUMS: sums.join("") });
  const runtime = runtimeScript();
  const behind = [`exit 1 # ${mark}\n`, ...files.map(([name, text]) => part(mark, name, text))].join("");
  const flags = [change.force, manifest.install === true].map((flag) => (flag ? "1" : "0"));
  const facts = [manifest.generation, change.nonce, String(change.windowSeconds), change.owner, String(change.sshPort)];
  const words = ["apply", change.nonce, ...facts, ...flags, manifest.backend, sha256(runtime)];
  runtimeMember ??= gzipSync(runtime);
  const stdin = Buffer.concat([runtimeMember, gzipSync(behind)]);
  return { command: receive(change, words), stdin };
}

/** Nothing is sent: the host has the generation, and the runtime that loaded it. */
export function revertParcel(generation: string, change: Change): Parcel {
  const { nonce, windowSeconds, owner, sshPort } = change;
  const words = [RUNTIME_PATH, "revert", nonce, generation, nonce, String(windowSeconds), owner, String(sshPort)];
  const absent = `printf '\\n@cdkfw:${nonce} error no-generation\\n@cdkfw:${nonce} end 1\\n'`;
  const script = `if [ -r ${RUNTIME_PATH} ]; then exec /bin/sh ${words.map(quote).join(" ")}; else ${absent}; fi`;
  return { command: `/bin/sh -c ${quote(script)}`, stdin: "" };
}

function receive(change: Change, words: readonly string[]): string {
  const file = `${INCOMING_PATH}/${change.nonce}.sh`;
  const script = [
    `umask 077; { [ -d ${INCOMING_PATH} ] || mkdir -p ${INCOMING_PATH}; }`,
    `gzip -dc >${file}`,
    `exec /bin/sh ${file} ${words.map(quote).join(" ")}`,
  ].join(" && ");
  return `/bin/sh -c ${quote(`${script}; rm -f ${file}; ${refusal(change)}; exit 1`)}`;
}

/** Says why nothing could be received: the runtime, which would tell it better, is not there yet. */
function refusal({ nonce }: Change): string {
  const causes = [
    "why=incoming",
    'command -v gzip >/dev/null || why="missing-tools gzip - gzip"',
    '[ "$(id -u)" = 0 ] || why="not-root $(id -un)"',
  ];
  return `${causes.join("; ")}; printf '\\n@cdkfw:${nonce} error %s\\n@cdkfw:${nonce} end 1\\n' "$why"`;
}

function part(mark: string, name: string, text: string): string {
  if (text !== "" && !text.endsWith("\n")) throw new Error(`invariant: the text ${name} ends within a line`);
  if (text.includes(mark)) throw new Error(`invariant: the text ${name} holds the mark of its own end`);
  return `${mark} ${name}\n${text}`;
}
