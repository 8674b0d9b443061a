import { createHash } from "node:crypto";
import type { Bundle } from "../bundle/format";
import { INCOMING_PATH, RUNTIME_PATH, runtimeScript } from "../host/runtime";
import { quote } from "../remote";
import type { Change } from "./change";

/** What is sent to a host in one go, and the command that receives it. */
export interface Parcel {
  readonly command: string;
  readonly stdin: string;
}

/**
 * The runtime, a generation's texts and the call that applies them, as one sh script. It arrives in a file and runs only
 * when it is whole: a connection that breaks in the middle of it changes nothing. Text travels in quoted here-documents,
 * in which a shell gives no character a meaning.
 */
export function parcel(bundle: Bundle, change: Change): Parcel {
  const { manifest, texts } = bundle;
  const sums = Object.entries(manifest.texts).map(([name, digest]) => `${digest}  ${name}\n`);
  const end = `CDKFW_END_${change.nonce}`;
  const files = Object.entries({ ...texts, SHA256SUMS: sums.join("") });
  const call = [change.nonce, '"$f"', manifest.generation, change.nonce, String(change.windowSeconds)];
  const flags = [change.force, manifest.install === true].map((flag) => (flag ? "1" : "0"));
  const facts = [quote(change.owner), String(change.sshPort), ...flags];
  const stdin = [
    'rm -f "$0"; f=${0%.sh}; broken=\nmkdir "$f" || broken=1\n',
    ...files.map(([name, text]) => hereDocument(`"$f/"${quote(name)}`, text, end)),
    hereDocument('"$f.runtime"', runtimeScript(), end),
    `if [ -n "$broken" ]; then rm -rf "$f" "$f.runtime"; ${refusal(change)}; exit 1; fi\n`,
    `exec /bin/sh "$f.runtime" apply ${[...call, ...facts].join(" ")}\n`,
  ].join("");
  return { command: receive(change, createHash("sha256").update(stdin).digest("hex")), stdin };
}

/** Nothing is sent: the host has the generation, and the runtime that loaded it. */
export function revertParcel(generation: string, change: Change): Parcel {
  const { nonce, windowSeconds, owner, sshPort } = change;
  const words = [RUNTIME_PATH, "revert", nonce, generation, nonce, String(windowSeconds), owner, String(sshPort)];
  const absent = `printf '\\n@cdkfw:${nonce} error no-generation\\n@cdkfw:${nonce} end 1\\n'`;
  const script = `if [ -r ${RUNTIME_PATH} ]; then exec /bin/sh ${words.map(quote).join(" ")}; else ${absent}; fi`;
  return { command: `/bin/sh -c ${quote(script)}`, stdin: "" };
}

function receive(change: Change, digest: string): string {
  const file = `${INCOMING_PATH}/${change.nonce}.sh`;
  const script = [
    `umask 077; mkdir -p ${INCOMING_PATH} && cat >${file}`,
    `[ "$(sha256sum <${file} | cut -c 1-64)" = ${digest} ] && exec /bin/sh ${file}`,
  ].join(" && ");
  return `/bin/sh -c ${quote(`${script}; rm -f ${file}; ${refusal(change)}; exit 1`)}`;
}

/** Says why nothing could be received: the runtime, which would tell it better, is not there yet. */
function refusal({ nonce }: Change): string {
  const causes = [
    "why=incoming",
    'command -v sha256sum >/dev/null || why="missing-tools sha256sum - coreutils"',
    '[ "$(id -u)" = 0 ] || why="not-root $(id -un)"',
  ];
  return `${causes.join("; ")}; printf '\\n@cdkfw:${nonce} error %s\\n@cdkfw:${nonce} end 1\\n' "$why"`;
}

function hereDocument(file: string, text: string, end: string): string {
  if (text !== "" && !text.endsWith("\n")) throw new Error(`invariant: the text for ${file} ends within a line`);
  if (text.includes(end)) throw new Error(`invariant: the text for ${file} holds the mark of its own end`);
  return `cat >${file} <<'${end}' || broken=1\n${text}${end}\n`;
}
