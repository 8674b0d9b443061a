import { familyOf } from "../lib/model/addresses";
import { mistakesInSides } from "../lib/model/checks/expectations";
import type { Endpoint } from "../lib/model/endpoint";
import { expectationInWords, type Expectation, type NamedService } from "../lib/model/expectations";
import type { Verdict } from "../lib/model/probe";
import type { Mistake } from "../lib/model/explain-issues";
import { show, type Finding } from "../lib/model/findings";
import { FindingsError } from "../lib/model/findings-error";
import type { Origin } from "../lib/model/origin";
import { packetsOf } from "../lib/model/probes";
import { addressText } from "./address-members";
import { isAddress } from "./declared-addresses";
import type { Endpoints } from "./endpoints";
import type { ExpectProps, Expecting, LiveProps, PacketProps } from "./expectation";
import { checkProps, EXPECT_PROPS, PACKET_PROPS } from "./given-props";
import type { Host } from "./host";
import { callerPlace } from "./origin";
import type { UsedAddresses } from "./used-addresses";
import type { UsedServices } from "./used-services";

/** The expectations of one host, in the order of declaration. */
export class ExpectationList {
  readonly #expectations: Expectation[] = [];
  readonly #findings: Finding[] = [];
  /** Those that did not say yet what is expected. */
  readonly #open = new Set<Origin>();
  #count = 0;

  constructor(
    private readonly host: Host,
    private readonly names: {
      readonly addresses: UsedAddresses;
      readonly services: UsedServices;
      readonly endpoints: Endpoints;
    },
  ) {}

  get expectations(): readonly Expectation[] {
    return this.#expectations;
  }

  get findings(): readonly Finding[] {
    const unsaid = [...this.#open].map((origin) => ({
      origin,
      problem: "the expectation says nothing",
      fix: "end it with `.accepted()` or `.refused()`",
    }));
    return [...this.#findings, ...unsaid];
  }

  add(props: ExpectProps): Expecting {
    const origin: Origin = { path: `${this.host.node.path}/expect-${String(++this.#count)}`, ...callerPlace() };
    const mistakes: Mistake[] = [];
    checkProps(props, EXPECT_PROPS, mistakes);
    const expected = this.#read(props, origin, mistakes);
    for (const mistake of mistakes) this.#findings.push({ ...mistake, origin });
    this.#open.add(origin);
    const say = (verdict: Verdict) => {
      this.#open.delete(origin);
      if (mistakes.length === 0) this.#expectations.push({ verdict, ...expected });
    };
    return { accepted: () => say("accepted"), refused: () => say("refused") };
  }

  /**
   * What packets are meant, for those who ask without expecting.
   * @throws FindingsError `invalid-question`
   */
  read(props: PacketProps): Omit<Expectation, "verdict"> {
    const origin: Origin = { path: this.host.node.path, ...callerPlace() };
    const mistakes: Mistake[] = [];
    checkProps(props, PACKET_PROPS, mistakes);
    const read = this.#read(props, origin, mistakes);
    const zones = this.host.zones.map(({ name }) => name);
    mistakes.push(...mistakesInSides(read, this.host.hostName, zones));
    if (mistakes.length === 0) return read;
    const findings = mistakes.map((mistake) => ({ ...mistake, origin }));
    throw new FindingsError("invalid-question", `what is asked of ${show(this.host.hostName)}`, findings);
  }

  #read(props: ExpectProps, origin: Origin, mistakes: Mistake[]): Omit<Expectation, "verdict"> {
    const { addresses, services, endpoints } = this.names;
    const sender = this.#otherHost(props.from);
    const from =
      sender === undefined && props.from !== undefined ? endpoints.of("from", props.from, mistakes) : undefined;
    const to: Endpoint = (props.to === undefined ? undefined : endpoints.of("to", props.to, mistakes)) ?? {
      kind: "host",
    };
    const given = props.source ?? (sender === undefined ? undefined : addressOf(sender, mistakes));
    const source = membersOf(given, addresses, mistakes);
    const destination = membersOf(props.destination, addresses, mistakes);
    const named = [...services.matchesOf(props.service, mistakes), ...services.matchesOf(props.services, mistakes)];
    const live = this.#liveOf(props.live, sender, named, mistakes);
    const words = expectationInWords(
      { services: named, from, to },
      source === undefined ? [] : namesOf(given),
      destination === undefined ? [] : namesOf(props.destination),
    );
    return {
      ...(from !== undefined && { from }),
      to,
      ...(source !== undefined && { source }),
      ...(destination !== undefined && { destination }),
      services: named,
      ...(live !== undefined && { live }),
      words,
      origin,
    };
  }

  #otherHost(given: unknown): Host | undefined {
    return isHost(given) && given !== this.host ? given : undefined;
  }

  #liveOf(
    given: ExpectProps["live"],
    sender: Host | undefined,
    services: readonly NamedService[],
    mistakes: Mistake[],
  ): Expectation["live"] {
    if (given === undefined || given === false) return undefined;
    const { by = sender ?? "deployer", address = this.host.target.address }: LiveProps = given === true ? {} : given;
    if (services.length === 0 || !services.some(({ matches }) => matches.some((one) => packetsOf(one).length > 0))) {
      mistakes.push({
        problem: "a live expectation has no packet to send",
        allowed: "services of TCP or UDP ports, or pings",
        fix: "name the services",
      });
    }
    if (by !== "deployer" && !isHost(by)) {
      mistakes.push({ problem: `\`live.by\` may not be ${show(by)}`, allowed: '`"deployer"`, or a host of the fleet' });
      return undefined;
    }
    return { by: by === "deployer" ? { kind: "deployer" } : { kind: "host", name: by.hostName }, address };
  }
}

const isHost = (given: unknown): given is Host => typeof given === "object" && given !== null && "hostName" in given;

/** Where another host's packets come from. Its name says nothing of that before a deployment. */
function addressOf({ target, hostName }: Host, mistakes: Mistake[]): string | undefined {
  if (familyOf(target.address) !== undefined) return target.address;
  mistakes.push({
    problem: `the host ${show(hostName)} has a name and no address: ${show(target.address)}`,
    fix: "give the address that its packets come from as `source`",
  });
  return undefined;
}

function membersOf(given: ExpectProps["source"], addresses: UsedAddresses, mistakes: Mistake[]) {
  return given === undefined || given === "any" ? undefined : addresses.membersOf(given, mistakes);
}

function namesOf(given: ExpectProps["source"]): string[] {
  return [given].flat().flatMap((one) => {
    if (isAddress(one)) return [one.name];
    const text = one === undefined ? undefined : addressText(one);
    return typeof text === "string" ? [text] : [];
  });
}
