// Reads [[file, import], …] as JSON and answers with the border rules that each breaks. A process of its own, since ESLint
// loads its configuration by a dynamic import, which jest's sandbox has not. The files need not exist.
import { readFileSync } from "node:fs";
import { ESLint } from "eslint";

const eslint = new ESLint();
const answers = [];
for (const [file, source] of JSON.parse(readFileSync(0, "utf8"))) {
  const code = `import * as it from "${source}";\nexport const used = it;\n`;
  const [result] = await eslint.lintText(code, { filePath: file });
  const rules = (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
  answers.push(rules.filter((rule) => rule.startsWith("boundaries/")));
}
console.log(JSON.stringify(answers));
