import { asPrometheus, hostsUp } from "../../bin/prometheus";

test("words of users can not end a label", () => {
  const samples = [{ labels: { host: "h1", rule: 'a "b" \\ c\nd' }, value: 7 }];
  expect(asPrometheus([{ name: "x_total", type: "counter", help: "Words.", samples }])).toBe(
    '# HELP x_total Words.\n# TYPE x_total counter\nx_total{host="h1",rule="a \\"b\\" \\\\ c\\nd"} 7',
  );
});

test("a metric without a sample is left out; a silent host is down", () => {
  const none = { name: "none", type: "gauge", help: "", samples: [] } as const;
  expect(asPrometheus([none, hostsUp([{ host: "h1" }, { host: "h2", error: {} }])])).toBe(
    '# HELP cdkfw_host_up Whether the host could be asked.\n# TYPE cdkfw_host_up gauge\ncdkfw_host_up{host="h1"} 1\ncdkfw_host_up{host="h2"} 0',
  );
});
