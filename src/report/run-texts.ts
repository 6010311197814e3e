/** Texts about a run that several outputs share. */
import { formatSeconds, plural } from "../vocabulary/index.js";
import type { Summary } from "../results/index.js";

type Violation = Summary["invariants"][number]["violations"][number];

/** Seed, number of workers, duration and engine. */
export function runFacts({ seed, plan, durationMs, engine }: Summary): string[] {
  return [
    `seed ${seed}`,
    plural(plan.workers, "worker"),
    formatSeconds(durationMs),
    engine === "virtual" ? "virtual time" : "real threads",
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
