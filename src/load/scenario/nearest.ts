/** Suggestions for misspelt names. */
import { distance } from "fastest-levenshtein";

/** The least length of a prefix that identifies a name. */
const BEGINNING = 3;

/**
 * The known name that was probably meant: `name` is a prefix of it, or at most two letters, or a third of them, differ.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const begun = known.filter((candidate) => name.length >= BEGINNING && candidate.startsWith(name));
  if (begun.length > 0) return begun.reduce((a, b) => (b.length < a.length ? b : a));
  return (
    known
      .map((candidate) => ({ candidate, most: Math.max(2, candidate.length / 3) }))
      // At least as many letters differ. This check is cheap, and a name can be long.
      .filter(({ candidate, most }) => Math.abs(candidate.length - name.length) <= most)
      .map(({ candidate, most }) => ({ candidate, most, off: distance(name, candidate) }))
      .filter(({ most, off }) => off <= most)
      .sort((a, b) => a.off - b.off)[0]?.candidate
  );
}

/**
 * The end of an error message about an unknown `name`: `; did you mean "…"?`, or nothing if no known name is similar.
 */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? "" : `; did you mean "${near}"?`;
}
