/**
 * Whether a text holds a placeholder that Terraform or a CDK engine fills in later. A policy is compiled at synth, so
 * that such a value comes too late.
 */
export function holdsToken(text: unknown): boolean {
  return typeof text === "string" && /[$#&]\{(Tf)?Token\[/.test(text);
}

export const TOKEN_FIX = "give a value that is known at synth: rules are compiled before Terraform runs";
