import { createHash } from "node:crypto";
import type { ReportData } from "./data";
import { pageAssets } from "./page-assets";

/**
 * One self-contained page. It loads nothing, and its policy lets nothing but its own script run: what a policy's
 * comments hold can not become code.
 */
export function reportHtml(data: ReportData): string {
  const { script, style } = pageAssets();
  const policy = `default-src 'none'; script-src '${digest(script)}'; style-src '${digest(style)}'`;
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeText(data.title)}</title>`,
    `<style>${style}</style>`,
    "</head>",
    '<body><div id="app"><noscript>This report needs JavaScript.</noscript></div>',
    `<script type="application/json" id="report">${escapeJson(JSON.stringify(data))}</script>`,
    `<script>${script}</script>`,
    "</body></html>",
    "",
  ].join("\n");
}

function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function escapeText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}

/** `</script>` inside a text would end the element. */
function escapeJson(json: string): string {
  return json.replace(/</g, "\\u003c");
}
