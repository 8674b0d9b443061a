import type { ContainerSelector } from "../../model/containers";

/** A container as Docker on its host tells of it. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /** Docker's word: `running`, `paused`, `exited`, `created`, … */
  readonly state: string;
  readonly networks: readonly ContainerNetwork[];
  readonly published: readonly PublishedPort[];
  readonly labels: ReadonlyMap<string, string>;
  /** What it can not start without, or is to start after. */
  readonly needs: readonly Need[];
}

export interface ContainerNetwork {
  readonly name: string;
  readonly driver: string;
  /** Null where it does not run, or has none. */
  readonly v4: string | null;
  readonly v6: string | null;
}

export interface PublishedPort {
  /** Its own: `tcp/80`. */
  readonly port: string;
  readonly hostPort: number;
  /** The host's address that it is published at; null for all. */
  readonly at: string | null;
}

export type Need =
  /** `container` is a name or an id; Docker starts nothing that is linked to, or shares with, what does not run. */
  | { readonly kind: "link" | "network" | "processes" | "memory" | "volumes"; readonly container: string }
  | { readonly kind: "depends_on"; readonly project: string; readonly service: string };

const PROJECT = "com.docker.compose.project";
const SERVICE = "com.docker.compose.service";

/** Whether rules that name containers so are about this one. */
export function isMeantBy(container: Container, select: ContainerSelector): boolean {
  if ("name" in select) return container.name === select.name;
  if ("project" in select) {
    return container.labels.get(PROJECT) === select.project && container.labels.get(SERVICE) === select.service;
  }
  const [key = "", ...value] = select.label.split("=");
  const has = container.labels.get(key);
  return has !== undefined && (value.length === 0 || has === value.join("="));
}

/** Reads the lines of the runtime, fields parted by tabs: see ABOUT_CONTAINER and ABOUT_START there. By name. */
export function parseContainers(lines: readonly string[]): Container[] {
  const drivers = new Map<string, string>();
  const found = new Map<string, Draft>();
  for (const line of lines) {
    const [kind, id = "", ...fields] = line.split("\t");
    if (kind === "D") drivers.set(id, fields[0] ?? "");
    if (kind === "C") found.set(id, newDraft(id, fields));
    const draft = found.get(id);
    if (draft !== undefined) read(draft, kind ?? "", fields);
  }
  return [...found.values()].map((draft) => finish(draft, drivers)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Draft {
  readonly id: string;
  readonly name: string;
  state: string;
  readonly networks: (Omit<ContainerNetwork, "driver"> & { readonly id: string })[];
  readonly published: PublishedPort[];
  readonly labels: Map<string, string>;
  readonly needs: Need[];
}

function newDraft(id: string, [, name = "", networkMode = ""]: readonly string[]): Draft {
  const needs = shared("network", networkMode);
  return { id, name: name.replace(/^\//, ""), state: "", networks: [], published: [], labels: new Map(), needs };
}

function read(draft: Draft, kind: string, fields: readonly string[]): void {
  const [a = "", b = "", c = "", d = ""] = fields;
  switch (kind) {
    case "N":
      draft.networks.push({ id: a, name: b, v4: unlessNone(c), v6: unlessNone(d) });
      break;
    case "P":
      // "80/tcp"
      draft.published.push({ port: a.split("/").reverse().join("/"), hostPort: Number(b), at: unlessAll(c) });
      break;
    case "L":
      draft.labels.set(JSON.parse(a) as string, JSON.parse(b) as string);
      break;
    case "S":
      draft.state = a;
      draft.needs.push(...shared("processes", b), ...shared("memory", c));
      break;
    case "R":
      // Links are "/db:/web/alias", and volumes "data:ro".
      draft.needs.push({ kind: a === "link" ? "link" : "volumes", container: (b.split(":")[0] ?? "").replace(/^\//, "") }); // prettier-ignore
      break;
  }
}

/** `container:ID` in the place of a network, or of what processes and memory are seen. */
function shared(kind: "network" | "processes" | "memory", mode: string): Need[] {
  return mode.startsWith("container:") ? [{ kind, container: mode.slice("container:".length) }] : [];
}

const unlessNone = (address: string): string | null => (address === "-" || address === "" ? null : address);
const unlessAll = (address: string): string | null => (/^(-|0\.0\.0\.0|::|)$/.test(address) ? null : address);

function finish({ networks, needs, published, ...draft }: Draft, drivers: ReadonlyMap<string, string>): Container {
  const ports = new Map(published.map((one) => [`${one.port} ${one.hostPort} ${one.at ?? ""}`, one]));
  return {
    ...draft,
    networks: networks.map(({ id, ...network }) => ({ ...network, driver: drivers.get(id) ?? "" })),
    // Docker tells of both families.
    published: [...ports.values()],
    needs: [...needs, ...composeNeeds(draft.labels)],
  };
}

/** Compose writes `db:service_started:false,cache:service_healthy:true`. */
function composeNeeds(labels: ReadonlyMap<string, string>): Need[] {
  const project = labels.get(PROJECT);
  const services = (labels.get("com.docker.compose.depends_on") ?? "").split(",").map((one) => one.split(":")[0] ?? "");
  if (project === undefined) return [];
  return services.filter((name) => name !== "").map((service) => ({ kind: "depends_on", project, service }));
}
