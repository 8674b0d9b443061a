import type { Mistake } from "../../model/explain-issues";
import type { Finding } from "../../model/findings";
import type { Line, Place } from "./rows";
import type { Table } from "./table";

export type Complain = (mistake: Mistake) => void;
/** Understands one row by itself. What it complains about is told with the row's place. */
export type ReadRow<Row> = (values: readonly string[], place: Place, complain: Complain) => Row;

/** The rows of a table, understood, among its comments and empty lines. */
export function readRows<Row>(table: Table, read: ReadRow<Row>, findings: Finding[]): Line<Row>[] {
  findings.push(...table.findings);
  return table.lines.map((line): Line<Row> => {
    if (line.kind !== "row") return line;
    const place = { file: table.file, line: line.line };
    return { kind: "row", row: read(line.values, place, (mistake) => findings.push(at(place, mistake))) };
  });
}

/** A mistake with the place of its row. */
export function at({ file, line }: Place, mistake: Mistake): Finding {
  return { ...mistake, origin: { path: file, file, line } };
}
