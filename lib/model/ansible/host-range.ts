/** More than any range of names that is meant. */
const MOST_HOSTS = 10_000;

/** `web[01:03].example.net` → `web01.example.net`, `web02…`, `web03…`; `db-[a:c]`; `[1:9:2]`. Nothing for a broken range. */
export function expandHosts(pattern: string): readonly string[] | undefined {
  const [whole, before = "", range = "", after = ""] = /^([^[]*)\[([^\]]*)\](.*)$/s.exec(pattern) ?? [];
  if (whole === undefined) return /[[\]]/.test(pattern) ? undefined : [pattern];
  const middle = expandRange(range);
  const ends = expandHosts(after);
  if (middle === undefined || ends === undefined || middle.length * ends.length > MOST_HOSTS) return undefined;
  return middle.flatMap((one) => ends.map((end) => `${before}${one}${end}`));
}

function expandRange(range: string): readonly string[] | undefined {
  const [first = "", last = "", step = "1", ...rest] = range.split(":");
  const by = Number(step);
  if (rest.length > 0 || !/^\d{1,5}$/.test(step) || by === 0) return undefined;
  if (/^[A-Za-z]$/.test(first) && /^[A-Za-z]$/.test(last)) {
    return numbers(first.charCodeAt(0), last.charCodeAt(0), by)?.map((code) => String.fromCharCode(code));
  }
  if (!/^\d{0,9}$/.test(first) || !/^\d{1,9}$/.test(last)) return undefined;
  const width = first.startsWith("0") && first.length > 1 ? first.length : 0;
  return numbers(Number(first), Number(last), by)?.map((number) => String(number).padStart(width, "0"));
}

function numbers(first: number, last: number, step: number): readonly number[] | undefined {
  const count = Math.floor((last - first) / step) + 1;
  if (count < 1 || count > MOST_HOSTS) return undefined;
  return Array.from({ length: count }, (_, index) => first + index * step);
}
