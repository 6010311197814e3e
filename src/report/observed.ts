/** What a threshold has seen, with its unit. */
import { isMetric, METRICS } from "../measure/index.js";

/** "9.945 ms", "0", "0.9796", "97.96 %", "12.5 a second", "no samples". Four digits, as three may round to the limit itself. */
export function formatObserved({
  metric,
  expression,
  observed,
}: {
  readonly metric: string;
  readonly expression: string;
  readonly observed: number | null;
}): string {
  if (observed === null) return "no samples";
  const figureOf = (value: number): string =>
    Number(value.toPrecision(4)).toLocaleString("en-GB", { maximumFractionDigits: 6 });
  const figure = figureOf(observed);
  // A summary may be of another version, with other metrics.
  if (!isMetric(metric)) return figure;
  const { type, unit } = METRICS[metric];
  // As the limit is written.
  if (unit === "share" && expression.trimEnd().endsWith("%")) return `${figureOf(observed * 100)} %`;
  if (type === "trend") return `${figure} ${unit}`;
  return type === "counter" && expression.trimStart().startsWith("rate") ? `${figure} a second` : figure;
}
