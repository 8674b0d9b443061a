import type { ReportData } from "../data";
import { Sets } from "./details";
import { FleetView } from "./fleet-view";
import { HostView } from "./host-view";
import { go, hrefOf, useRoute } from "./route";
import { SearchView } from "./search-view";

export function App({ data }: { readonly data: ReportData }) {
  const route = useRoute();
  const host = data.hosts.find(({ name }) => name === route.host);
  return (
    <Sets.Provider value={data.sets}>
      <header class="bar">
        <a class="title" href={hrefOf({})}>
          {data.title}
        </a>
        <span class="quiet">{data.made}</span>
        <form role="search" onSubmit={(event) => event.preventDefault()}>
          <label>
            <span class="unseen">Search the rules of all hosts</span>
            <input
              type="search"
              placeholder="Search all rules…"
              value={route.search ?? ""}
              onInput={({ currentTarget: { value } }) => go(value === "" ? {} : { search: value })}
            />
          </label>
        </form>
      </header>
      <main>
        {host !== undefined ? (
          <HostView key={host.name} host={host} against={data.against} />
        ) : route.search !== undefined ? (
          <SearchView hosts={data.hosts} text={route.search} />
        ) : (
          <FleetView data={data} />
        )}
      </main>
    </Sets.Provider>
  );
}
