import { dirname, resolve } from "node:path";
import type * as z from "zod";
import { checkPolicy } from "./check-policy";
import { DocumentReader, isRecord, type Path } from "./document-reader";
import { joinAddresses, type AddressPolicy } from "./addresses";
import { DEFAULT_BACKEND } from "./backend";
import {
  forwardOfForm,
  ruleOfForm,
  unknownAddress,
  unknownService,
  type NamedObjects,
  type UsedObjects,
} from "./entry-of-form";
import { countryDatabaseFrom } from "./country-database";
import type { Mistake } from "./explain-issues";
import { byPlace, show } from "./findings";
import { FindingsError } from "./findings-error";
import { groupsOf, type GroupKind } from "./groups";
import type { Origin } from "./origin";
import { hostPolicy, POLICY_FORMAT, type Entry, type HostPolicy, type ZonePolicy } from "./policy";
import {
  addressesForm,
  forwardForm,
  hostForm,
  isForwardForm,
  NAMES,
  ruleForm,
  servicesForm,
  sharedForm,
  wholeZoneForm,
  zoneForm,
  type HostForm,
} from "./policy-file";
import { reviewOfForm } from "./review-of-form";
import type { Rollout } from "./rollout";
import { unknownNamesOf } from "./rollout-names";
import { libraryService, SERVICE_LIBRARY } from "./service-library";
import type { ServicePolicy } from "./services";
import { filesOf } from "./target-files";
import { readYaml } from "./yaml-document";

/**
 * Reads the policies of a file in YAML or JSON: one host or `{ hosts: [...] }`, each in the short form that people
 * write or in the full form of a bundle's `policy.json`.
 * @throws FindingsError `invalid-policy` with all mistakes, each with its line and column
 */
export function parsePolicyFile(text: string, fileName: string): HostPolicy[] {
  return [...readPolicyFile(text, fileName).policies];
}

/** The hosts of a file, and in which steps they are deployed, where it says so. */
export interface PolicyFile {
  readonly policies: readonly HostPolicy[];
  readonly rollout?: Rollout;
}

/** Reads all that a file says. Throws as `parsePolicyFile`. */
export function readPolicyFile(text: string, fileName: string): PolicyFile {
  const reader = new PolicyReader(readYaml(text, fileName), fileName);
  const policies = reader.findings.length > 0 ? [] : reader.readAll();
  const { rollout } = reader;
  if (reader.findings.length === 0) return { policies, ...(rollout !== undefined && { rollout }) };
  throw new FindingsError("invalid-policy", `the policy ${show(fileName)}`, byPlace(reader.findings));
}

const ADDRESSES: GroupKind<AddressPolicy> = {
  plural: "addresses",
  join: joinAddresses,
  given: () => undefined,
  unknown: unknownAddress,
};

const SERVICES: GroupKind<ServicePolicy> = {
  plural: "services",
  join: (members) => members.flat(),
  given: libraryService,
  unknown: unknownService,
};

const NO_OBJECTS: NamedObjects = { addresses: new Map(), services: new Map() };

class PolicyReader extends DocumentReader {
  /** The one that all hosts of the file share. */
  #countryDatabase: string | undefined;
  rollout: Rollout | undefined;

  constructor(
    document: ReturnType<typeof readYaml>,
    private readonly file: string,
  ) {
    super(document);
  }

  readAll(): HostPolicy[] {
    const { value } = this.document;
    if (!isRecord(value)) {
      this.report([], { problem: "the policy is empty, or no map", fix: "start with `host: NAME`" });
      return [];
    }
    if (!("hosts" in value)) return [this.#readHost(value, [], NO_OBJECTS)].flatMap((policy) => policy ?? []);
    const common = this.parse(sharedForm, value, []);
    this.#countryDatabase = common?.countryDatabase;
    this.rollout = common?.rollout;
    const shared = this.#readObjects(value, [], NO_OBJECTS);
    const hosts = Array.isArray(value["hosts"]) ? value["hosts"] : [];
    const policies = hosts.flatMap((host, index) => this.#readHost(host, ["hosts", index], shared) ?? []);
    this.#checkNames(policies);
    const named = policies.map(({ host: name, groups = [] }) => ({ name, groups }));
    for (const mistake of unknownNamesOf(this.rollout, named)) this.report(["rollout"], mistake);
    return policies;
  }

  #readHost(value: unknown, path: Path, shared: NamedObjects): HostPolicy | undefined {
    if (isRecord(value) && "format" in value) {
      if (value["format"] !== POLICY_FORMAT) {
        this.report([...path, "format"], {
          problem: `the policy has the format ${show(value["format"])}`,
          allowed: show(POLICY_FORMAT),
          fix: "read it with the version of cdkfw that wrote it, or leave `format` out for the short form",
        });
        return undefined;
      }
      const policy = this.parse(hostPolicy, value, path);
      if (policy !== undefined) this.findings.push(...checkPolicy(policy));
      return policy;
    }
    const form = this.parse(hostForm, value, path);
    if (!isRecord(value)) return undefined;

    const host = form?.host ?? (typeof value["host"] === "string" ? value["host"] : "?");
    const originOf = (...inside: Path): Origin => {
      const { file, line } = this.document.originOf([...path, ...inside]);
      const named = [path.length === 0 ? "" : `hosts/${form?.host ?? String(path[1])}`, ...inside.map(String)].filter(
        (part) => part !== "",
      );
      return { path: asPath(named.length === 0 ? this.file : `${this.file}:${named.join("/")}`), file, line };
    };
    const known = this.#readObjects(value, path, shared);
    const used: UsedObjects = { addresses: {}, services: {} };
    const ssh = form?.ssh ?? {};
    const review = form && this.#readReview(form, path, originOf, known);
    const policy: HostPolicy = {
      format: POLICY_FORMAT,
      host,
      path: originOf().path,
      ...(form?.groups && { groups: form.groups }),
      backend: form?.backend ?? DEFAULT_BACKEND,
      ...(form?.install !== undefined && { install: form.install }),
      target: filesOf({ address: form?.address ?? host, ...ssh }, (file) => resolve(dirname(this.file), file)),
      zones: this.#readZones(value["zones"], path, originOf),
      entries: this.#readEntries(value["entries"], path, originOf, known, used),
      ...used,
      ...(form?.invalid && { invalid: form.invalid }),
      ...(review && { review }),
      ...this.#databaseOf(form),
    };
    this.findings.push(
      ...checkPolicy(policy, {
        addresses: known.addresses.keys(),
        services: [...known.services.keys(), ...Object.keys(SERVICE_LIBRARY)],
      }),
    );
    return policy;
  }

  #readReview(form: HostForm, path: Path, originOf: (...inside: Path) => Origin, known: NamedObjects) {
    return reviewOfForm(form, {
      known,
      originOf,
      complain: (inside, mistake) => this.report([...path, ...inside], mistake),
    });
  }

  #databaseOf(form: HostForm | undefined): Pick<HostPolicy, "countryDatabase"> {
    const given = form?.countryDatabase ?? this.#countryDatabase;
    return given === undefined ? {} : { countryDatabase: countryDatabaseFrom(given, dirname(this.file)) };
  }

  /** What a host declares goes before what its file declares for all. */
  #readObjects(value: Record<string, unknown>, path: Path, shared: NamedObjects): NamedObjects {
    const addresses = new Map(shared.addresses);
    const services = new Map(shared.services);
    const read = {
      addresses: this.parseMembers(value["addresses"], NAMES.addresses, addressesForm, [...path, "addresses"]),
      services: this.parseMembers(value["services"], NAMES.services, servicesForm, [...path, "services"]),
    };
    const report = (kind: "addresses" | "services") => (of: string, mistake: Mistake) =>
      this.report([...path, kind, of], mistake);
    const of = {
      addresses: groupsOf(ADDRESSES, read.addresses, shared.addresses, report("addresses")),
      services: groupsOf(SERVICES, read.services, shared.services, report("services")),
    };
    for (const [name, policy] of of.addresses) addresses.set(name, policy);
    for (const [name, policy] of of.services) services.set(name, policy);
    return { addresses, services };
  }

  #readZones(value: unknown, path: Path, originOf: (...inside: Path) => Origin): ZonePolicy[] {
    const formOf = (given: unknown) => (isRecord(given) && !("name" in given) ? wholeZoneForm : zoneForm);
    const zones = this.parseMembers(value, NAMES.zones, formOf, [...path, "zones"]);
    return [...zones].map(([name, zone]) => ({
      name,
      interfaces: (zone?.interfaces ?? []).map((one, index) => ({ ...one, origin: originOf("zones", name, index) })),
      ...(zone?.default && { default: zone.default }),
      ...(zone?.silence && { silence: zone.silence }),
      ...(zone?.containers && { containers: zone.containers }),
      origin: originOf("zones", name),
    }));
  }

  #readEntries(
    value: unknown,
    path: Path,
    originOf: (...inside: Path) => Origin,
    known: NamedObjects,
    used: UsedObjects,
  ): Entry[] {
    return (Array.isArray(value) ? value : []).flatMap((given: unknown, index): Entry[] => {
      const place = [...path, "entries", index];
      const complain = (mistake: Mistake) => this.report(place, mistake);
      const entry = isForwardForm(given)
        ? this.#readEntry(forwardForm, given, place, (form) =>
            forwardOfForm(form, originOf("entries", index), { known, used, complain }),
          )
        : this.#readEntry(ruleForm, given, place, (form) =>
            ruleOfForm(form, originOf("entries", index), { known, used, complain }),
          );
      return entry === undefined ? [] : [entry];
    });
  }

  #readEntry<T>(form: z.ZodType<T>, given: unknown, place: Path, meaning: (form: T) => Entry | undefined) {
    const read = this.parse(form, given, place);
    return read === undefined ? undefined : meaning(read);
  }

  /** A bundle's folder has the name of its host, on file systems that do not tell `Web` from `web` too. */
  #checkNames(policies: readonly HostPolicy[]): void {
    const seen = new Set<string>();
    for (const { host } of policies) {
      const key = host.toLowerCase();
      if (seen.has(key) && host !== "?") {
        this.report(["hosts"], { problem: `two hosts are named ${show(host)}`, fix: "rename one of the two" });
      }
      seen.add(key);
    }
  }
}

/** It becomes a comment in the texts for the kernel, and a file may have any name. */
const asPath = (text: string) => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "?").slice(0, 1024);
