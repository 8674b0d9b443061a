import { useState } from "preact/hooks";
import type { HostSummary, ReportData } from "../data";
import { ChangeMark, FindingMarks } from "./marks";
import { hrefOf } from "./route";

const UNGROUPED = "no group";

/** Every host, by groups: a host of several groups stands in each. */
export function FleetView({ data }: { readonly data: ReportData }) {
  const [filter, setFilter] = useState("");
  const groups = byGroup(data.hosts.filter((host) => fits(host, filter)));
  const count = (of: (host: HostSummary) => boolean) => data.hosts.filter(of).length;
  return (
    <>
      <h1>The fleet</h1>
      <dl class="figures">
        <Figure name="hosts" value={data.hosts.length} />
        <Figure name="rules" value={data.hosts.reduce((sum, { entries }) => sum + entries, 0)} />
        <Figure
          name="hosts with errors or warnings"
          value={count(({ findings }) => findings.error + findings.warning > 0)}
        />
        {data.against !== undefined && (
          <Figure name={`hosts other than in ${data.against}`} value={count(({ change }) => change !== "same")} />
        )}
      </dl>
      <label class="filter">
        Hosts and groups that hold{" "}
        <input value={filter} onInput={({ currentTarget: { value } }) => setFilter(value)} placeholder="any text" />
      </label>
      {[...groups].map(([group, hosts]) => (
        <section key={group} aria-label={`Group ${group}`}>
          <h2>
            {group} <span class="quiet">{hosts.length}</span>
          </h2>
          <HostTable hosts={hosts} compared={data.against !== undefined} />
        </section>
      ))}
      {groups.size === 0 && <p>No host holds this text.</p>}
    </>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value.toLocaleString("en")}</dd>
    </div>
  );
}

function HostTable({ hosts, compared }: { readonly hosts: readonly HostSummary[]; readonly compared: boolean }) {
  return (
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th>Host</th>
            <th>Address</th>
            <th>Zones</th>
            <th class="number">Rules</th>
            <th>Backend</th>
            <th>Generation</th>
            <th>Findings</th>
            {compared && <th>Change</th>}
          </tr>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <tr key={host.name}>
              <th scope="row">
                <a href={hrefOf({ host: host.name })}>{host.name}</a>
              </th>
              <td>{host.address}</td>
              <td>{host.zones.join(", ")}</td>
              <td class="number">{host.entries}</td>
              <td>{host.backend}</td>
              <td>
                <code>{host.generation.slice(0, 8)}</code>
              </td>
              <td>
                <FindingMarks counts={host.findings} />
              </td>
              {compared && <td>{host.change !== undefined && <ChangeMark change={host.change} />}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function fits({ name, address, groups }: HostSummary, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return [name, address, ...groups].some((one) => one.toLowerCase().includes(wanted));
}

function byGroup(hosts: readonly HostSummary[]): Map<string, HostSummary[]> {
  const groups = new Map<string, HostSummary[]>();
  for (const host of hosts) {
    for (const group of host.groups.length === 0 ? [UNGROUPED] : host.groups) {
      groups.set(group, [...(groups.get(group) ?? []), host]);
    }
  }
  return new Map([...groups].sort(([one], [other]) => Number(one === UNGROUPED) - Number(other === UNGROUPED)));
}
