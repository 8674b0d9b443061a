/** Values of one name, as Prometheus reads them from a file or a web server. */
export interface Metric {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The text format of Prometheus, version 0.0.4. Metrics without a sample are left out. */
export function asPrometheus(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, type, help, samples }) => {
      const lines = samples.map(({ labels, value }) => `${name}{${printLabels(labels)}} ${value}`);
      return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join("\n");
    })
    .join("\n");
}

/** Words of users: a backslash, a quote and the end of a line would end the label. */
function printLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`)
    .join(",");
}

/** Whether each host answered: silence must not look like a host on which all is well. */
export function hostsUp(reports: readonly { readonly host: string; readonly error?: unknown }[]): Metric {
  return {
    name: "cdkfw_host_up",
    type: "gauge",
    help: "Whether the host could be asked.",
    samples: reports.map(({ host, error }) => ({ labels: { host }, value: error === undefined ? 1 : 0 })),
  };
}
