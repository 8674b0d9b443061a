import { render } from "preact";
import type { ReportData } from "../data";
import { App } from "./app";

const data = JSON.parse(document.getElementById("report")?.textContent ?? "") as ReportData;
const place = document.getElementById("app");
if (place !== null) render(<App data={data} />, place);
