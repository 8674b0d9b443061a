import type { HostPolicy } from "../policy";
import type { ServicePolicy } from "../services";

/** What a service consists of; nothing where it is not known, which another check tells. */
export function servicesOf({ services }: HostPolicy, name: string): ServicePolicy {
  return (Object.hasOwn(services, name) ? services[name] : undefined) ?? [];
}
