import type { Path } from "./document-reader";
import { endpointOf, membersOf, type NamedObjects } from "./entry-of-form";
import { expectationInWords, type Expectation, type NamedService } from "./expectations";
import type { Mistake } from "./explain-issues";
import { nearestName, show } from "./findings";
import type { Origin } from "./origin";
import type { ExpectationForm, HostForm } from "./policy-file";
import { packetsOf } from "./probes";
import type { Review } from "./review";
import { libraryService, SERVICE_LIBRARY } from "./service-library";
import { readServiceText } from "./service-text";

interface Reading {
  readonly known: NamedObjects;
  originOf(...inside: Path): Origin;
  complain(place: Path, mistake: Mistake): void;
}

/** What a host of a policy file is held against; nothing where the file says nothing of it. */
export function reviewOfForm(form: HostForm, reading: Reading): Review | undefined {
  const { known } = reading;
  const { managedFrom, allowLockout, private: hidden, silence, expect } = form;
  const managers =
    managedFrom && membersOf(managedFrom, { known, complain: (mistake) => reading.complain(["managedFrom"], mistake) });
  const services = Object.entries(hidden ?? {}).flatMap(([name, within]) => {
    const service = serviceNamed(name, ["private", name], reading);
    return service === undefined ? [] : [{ service, within, origin: reading.originOf("private", name) }];
  });
  const expectations = (expect ?? []).flatMap((one, index) => expectationOf(one, form, index, reading) ?? []);
  const review: Review = {
    ...(managers && { managedFrom: managers }),
    ...(allowLockout === true && { allowLockout: true as const }),
    ...(services.length > 0 && { private: services }),
    ...(silence && { silence }),
    ...(expectations.length > 0 && { expectations }),
  };
  return Object.keys(review).length === 0 ? undefined : review;
}

function expectationOf(
  form: ExpectationForm,
  host: HostForm,
  index: number,
  reading: Reading,
): Expectation | undefined {
  const { known, originOf } = reading;
  const place = ["expect", index];
  const complain = (mistake: Mistake) => reading.complain(place, mistake);
  const { accepted, refused, source, destination, live } = form;
  if ((accepted === undefined) === (refused === undefined)) {
    complain({
      problem: "an expectation is either `accepted` or `refused`",
      allowed: "one of the two, as in `accepted: https`",
    });
    return undefined;
  }
  const names = accepted ?? refused ?? [];
  const services =
    names.length === 1 && names[0] === "all" ? [] : names.flatMap((name) => serviceNamed(name, place, reading) ?? []);
  const from = form.from === undefined ? undefined : endpointOf(form.from);
  const to = endpointOf(form.to);
  const by = typeof live === "object" ? live.by : "deployer";
  const target = (typeof live === "object" ? live.address : undefined) ?? host.address ?? host.host;
  const isLive = live !== undefined && live !== false;
  if (isLive && !services.some(({ matches }) => matches.some((one) => packetsOf(one).length > 0))) {
    complain({
      problem: "a live expectation has no packet to send",
      allowed: "services of TCP or UDP ports, or pings",
    });
  }
  const sources = source && membersOf(source, { known, complain });
  const destinations = destination && membersOf(destination, { known, complain });
  return {
    verdict: accepted === undefined ? "refused" : "accepted",
    ...(from && { from }),
    to,
    ...(sources && { source: sources }),
    ...(destinations && { destination: destinations }),
    services,
    ...(isLive && {
      live: { by: by === "deployer" ? { kind: "deployer" } : { kind: "host", name: by }, address: target },
    }),
    words: expectationInWords({ services, from, to }, source ?? [], destination ?? []),
    origin: originOf(...place),
  };
}

function serviceNamed(name: string, place: Path, { known, complain }: Reading): NamedService | undefined {
  const read = known.services.get(name) ?? libraryService(name) ?? readServiceText(name);
  if (read !== undefined && !("problem" in read)) return { name, matches: read };
  const near = nearestName(name, [...known.services.keys(), ...Object.keys(SERVICE_LIBRARY)]);
  complain(
    place,
    read ?? {
      problem: `${show(name)} is no known service`,
      ...(near === undefined ? {} : { fix: `did you mean \`${near}\`?` }),
    },
  );
  return undefined;
}
