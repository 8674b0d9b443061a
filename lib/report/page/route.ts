import { useEffect, useState } from "preact/hooks";

/** What is looked at: the fleet, or a host, or the rules that hold a text. It stands in the address, so that it can be linked. */
export interface Route {
  readonly host?: string;
  readonly search?: string;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const follow = () => setRoute(read());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

export function hrefOf(route: Route): string {
  return `#${new URLSearchParams(route as Record<string, string>).toString()}`;
}

export function go(route: Route): void {
  location.hash = hrefOf(route);
}

function read(): Route {
  return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
}
