/** How an invariant fared. What had nothing to be checked on has not been shown to hold. */
export function invariantOutcome({
  held,
  checked,
}: {
  readonly held: boolean;
  readonly checked: number;
}): "held" | "broken" | "unchecked" {
  if (!held) return "broken";
  return checked === 0 ? "unchecked" : "held";
}
