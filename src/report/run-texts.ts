/** Texts about a run that several outputs share. */
import { formatSeconds, plural } from "../vocabulary/index.js";
import { ENGINE_LABELS, type Summary } from "../results/index.js";

type Violation = Summary["invariants"][number]["violations"][number];

/** Seed, number of workers, duration, engine and target. */
export function runFacts({ seed, plan, durationMs, engine, target }: Summary): string[] {
  return [
    `seed ${seed}`,
    plural(plan.workers, "worker"),
    formatSeconds(durationMs),
    ENGINE_LABELS[engine],
    ...(target === undefined ? [] : [target.url, `dialect ${target.dialect}`]),
  ];
}

export function describeViolation({ what, agentId, detail }: Violation): string {
  return `${what}${agentId === undefined ? "" : `, agent ${agentId}`}: ${detail}`;
}

/** Sections of lines, with an empty line between two, without the empty sections. Ends with a line break. */
export function joinSections(sections: readonly (readonly string[])[]): string {
  const texts = sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${texts.join("\n\n")}\n`;
}
