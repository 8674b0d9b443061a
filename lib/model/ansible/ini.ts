import type { Mistake } from "../explain-issues";
import { show } from "../findings";
import type { Json } from "../inventory-node";
import { AnsibleContent } from "./content";
import { expandHosts } from "./host-range";

type Section = Readonly<{ group: string; kind: "hosts" | "children" | "vars" }>;

/** Reads an Ansible inventory in INI: hosts with their variables, `[group]`, `[group:children]`, `[group:vars]`. */
export function readAnsibleIni(text: string, file: string): AnsibleContent {
  const content = new AnsibleContent();
  let section: Section = { group: "ungrouped", kind: "hosts" };
  for (const [index, raw] of text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const complain = (mistake: Mistake) =>
      content.findings.push({ ...mistake, origin: { path: file, file, line: index + 1 } });
    if (line.startsWith("[") && !/^\[[^\]]*\]\S/.test(line)) {
      section = sectionOf(line, complain) ?? section;
      if (section.kind !== "vars") content.group(section.group);
      continue;
    }
    switch (section.kind) {
      case "hosts":
        readHosts(line, section.group, content, complain);
        break;
      case "children":
        content.group(section.group).children.add(wordsOf(line)[0] ?? "");
        break;
      case "vars":
        readGroupVariable(line, section.group, content, complain);
    }
  }
  return content;
}

function sectionOf(line: string, complain: (mistake: Mistake) => void): Section | undefined {
  const [, group, kind = "hosts"] = /^\[([^\]:\s]+)(?::(\w+))?\]\s*(?:[#;].*)?$/.exec(line) ?? [];
  if (group !== undefined && (kind === "hosts" || kind === "children" || kind === "vars")) return { group, kind };
  complain({ problem: `${show(line)} is no section`, allowed: "`[group]`, `[group:children]`, `[group:vars]`" });
  return undefined;
}

function readHosts(line: string, group: string, content: AnsibleContent, complain: (mistake: Mistake) => void): void {
  const [pattern = "", ...given] = wordsOf(line);
  const variables: Record<string, Json> = {};
  for (const word of given) {
    const sign = word.indexOf("=");
    if (sign > 0) variables[word.slice(0, sign)] = literalOf(word.slice(sign + 1));
    else complain({ problem: `${show(word)} is no variable of the host ${show(pattern)}`, allowed: "`name=value`" });
  }
  const { name, port } = withPort(pattern);
  const hosts = expandHosts(name);
  if (hosts === undefined) {
    complain({ problem: `${show(pattern)} holds no range of hosts`, allowed: "such as `web[01:03]` or `db-[a:c]`" });
  }
  for (const host of hosts ?? []) {
    content.addHost(host, group, { ...(port !== undefined && { ansible_port: port }), ...variables });
  }
}

/** `web-1:2222`; what stands between brackets is a range. */
function withPort(pattern: string): { readonly name: string; readonly port?: number } {
  const [, name, port] = /^((?:[^:[\]]|\[[^\]]*\])+):(\d{1,5})$/.exec(pattern) ?? [];
  return name === undefined ? { name: pattern } : { name, port: Number(port) };
}

function readGroupVariable(
  line: string,
  group: string,
  content: AnsibleContent,
  complain: (mistake: Mistake) => void,
): void {
  const [, name, value = ""] = /^([^=\s]+)\s*=\s*(.*)$/s.exec(line) ?? [];
  if (name === undefined) complain({ problem: `${show(line)} is no variable`, allowed: "`name=value`" });
  else {
    const target = content.group(group);
    target.variables = { ...target.variables, [name]: literalOf(value) };
  }
}

/** The words of a line as a shell would part them; from a `#` on it is a comment. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let index = 0; index < line.length; index++) {
    const char = line.charAt(index);
    if (quote !== "") {
      if (char === quote) quote = "";
      else if (char === "\\" && quote === '"' && /["\\]/.test(line.charAt(index + 1))) word += line.charAt(++index);
      else word += char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "#" && word === undefined) break;
    else word = (word ?? "") + char;
  }
  return word === undefined ? words : [...words, word];
}

/** Values are read as Python's literals where they are one: numbers, `True`, `False`, `None`, quoted text. */
function literalOf(text: string): Json {
  if (/^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text)) return Number(text);
  if (text === "True" || text === "False") return text === "True";
  if (text === "None") return null;
  const [, , inside] = /^(['"])(.*)\1$/s.exec(text) ?? [];
  return inside ?? text;
}
