import type { bundleContents } from "../../lib/synth/synthesize";

/**
 * What a plan shows of a host's firewall: its entries in words, the texts that its kernel will load, or no more than
 * the generation. The more it shows, the more Terraform has to carry.
 */
export type PlanDetail = "policy" | "ruleset" | "digest";

export const PLAN_DETAILS: readonly PlanDetail[] = ["policy", "ruleset", "digest"];

type Contents = Pick<ReturnType<typeof bundleContents>, "generation" | "texts">;

/**
 * The texts that the kernel will load, one after the other. Names that carry the generation show `*` instead, so that
 * a plan has only those lines that differ.
 */
export function rulesetLines({ generation, texts }: Contents, without: string): string[] {
  return Object.keys(texts)
    .filter((name) => name !== without && texts[name] !== "")
    .sort()
    .flatMap((name) => [`# ${name}`, ...(texts[name] ?? "").trimEnd().split("\n")])
    .map((line) => line.replaceAll(generation.slice(0, 8), "*"));
}
