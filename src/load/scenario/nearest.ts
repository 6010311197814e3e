/** Suggestions for misspelt names. */
import { distance } from "fastest-levenshtein";

/** Letters from which on the beginning of a name says which is meant. */
const BEGINNING = 3;

/** The one of `known` that `name` may be a slip for: it begins so, or at most two letters, or a third of them, differ. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const begun = known.filter((candidate) => name.length >= BEGINNING && candidate.startsWith(name));
  if (begun.length > 0) return begun.reduce((a, b) => (b.length < a.length ? b : a));
  return (
    known
      .map((candidate) => ({ candidate, most: Math.max(2, candidate.length / 3) }))
      // As many letters differ at least; a name can be long.
      .filter(({ candidate, most }) => Math.abs(candidate.length - name.length) <= most)
      .map(({ candidate, most }) => ({ candidate, most, off: distance(name, candidate) }))
      .filter(({ most, off }) => off <= most)
      .sort((a, b) => a.off - b.off)[0]?.candidate
  );
}

/** What an error about an unknown `name` ends with: `; did you mean "…"?`, or nothing where no name of `known` is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? "" : `; did you mean "${near}"?`;
}
