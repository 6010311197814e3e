/** The outcome of an invariant. One that checked nothing is `unchecked`, not `held`. */
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
