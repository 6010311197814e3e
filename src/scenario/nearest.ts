/** Suggestions for misspelt names. */
import { distance } from "fastest-levenshtein";

/** The one of `known` that `name` may be a slip for: at most two letters, or a third of them, differ. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  return known
    .map((candidate) => ({ candidate, off: distance(name, candidate) }))
    .filter(({ candidate, off }) => off <= Math.max(2, candidate.length / 3))
    .sort((a, b) => a.off - b.off)[0]?.candidate;
}
