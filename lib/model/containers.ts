import * as z from "zod";
import { explainValue, type Mistake } from "./explain-issues";

/** The bridges of Docker's networks: the default one, and those that it names by itself. */
export const DOCKER_INTERFACES: readonly string[] = ["docker0", "br-*"];

/** As Docker allows them. */
const containerName = z
  .string()
  .max(128, "at most 128 characters")
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]+$/, "two or more letters, digits and `_ . -`, starting with a letter or a digit");

/**
 * `app=web`, or `app` for whatever value. Docker prints labels as JSON, where these characters stand for themselves.
 */
const label = z
  .string()
  .max(200, "at most 200 characters")
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_./-]*(=[A-Za-z0-9_./:@+, -]*)?$/,
    "a key of letters, digits and `_ . / -`, and a value of these and `: @ + ,` and spaces, such as `app=web`",
  );

const composeName = z
  .string()
  .max(64, "at most 64 characters")
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, "letters, digits and `_ . -`, starting with a letter or a digit");

/** One container, or all that fit: by its name, by a label, or as a service of a Compose project. */
export const containerSelector = z.union([
  z.strictObject({ name: containerName }),
  z.strictObject({ label }),
  z.strictObject({ project: composeName, service: composeName }),
]);

export type ContainerSelector =
  Readonly<{ name: string }> | Readonly<{ label: string }> | Readonly<{ project: string; service: string }>;

const PREFIX = "container ";

/** `container web`, `container app=web`, `container shop/web`: unlike the name of any zone or address. */
export function containerInWords(selector: ContainerSelector): string {
  if ("name" in selector) return PREFIX + selector.name;
  // A label without a value would read like a name.
  if ("label" in selector) return PREFIX + (selector.label.includes("=") ? selector.label : `${selector.label}=*`);
  return `${PREFIX}${selector.project}/${selector.service}`;
}

/** The selector that such words mean, not checked yet; nothing where they do not speak of a container. */
export function containerOfWords(words: string): ContainerSelector | undefined {
  if (!words.startsWith(PREFIX)) return undefined;
  const given = words.slice(PREFIX.length).trim();
  if (given.includes("=")) return { label: given.replace(/=\*$/, "") };
  const [project = "", service] = given.split("/");
  return service === undefined ? { name: given } : { project, service };
}

/** What is wrong with a selector; nothing where it can be looked for. */
export function explainSelector(select: ContainerSelector): Mistake | undefined {
  if ("name" in select) return explainValue(containerName, select.name, "name of a container");
  if ("label" in select) return explainValue(label, select.label, "label of containers");
  return (
    explainValue(composeName, select.project, "project of Compose") ??
    explainValue(composeName, select.service, "service of Compose")
  );
}
