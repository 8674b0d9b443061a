import { colour } from "./colour";
import { UserError } from "../lib/model/user-error";

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** An error in the form that the user asked for. Only a bug of ours shows its stack. */
export function printError(error: unknown, json: boolean): void {
  if (json && error instanceof UserError) {
    printJson({ error: { code: error.code, message: error.message, help: error.help ?? null } });
    return;
  }
  if (error instanceof UserError) {
    process.stderr.write(`${colour.red("error:")} ${error.message}\n`);
    if (error.help !== undefined) process.stderr.write(`  ${error.help}\n`);
    return;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`This is a bug of cdkfw; please report it with these lines:\n${stack}\n`);
}
