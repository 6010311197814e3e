/** The present phases of a run as text. */
import type { Phase } from "./data.js";

/** The labels of the phases at this time; "drain" when there is none. */
export function phasesAt(phases: readonly Phase[], elapsedMs: number): string {
  const now = phases.filter(({ fromMs, toMs }) => fromMs <= elapsedMs && elapsedMs < toMs);
  return now.length === 0 ? "drain" : now.map(({ label }) => label).join(", ");
}
