/** What a threshold has seen, with its unit. */
import { isMetric, METRICS } from "../measure/index.js";

/** "9.945 ms", "0", "0.9796", "12.5 a second", "no samples". Four digits, as three may round to the limit itself. */
export function formatObserved({ metric, expression, observed }: { readonly metric: string; readonly expression: string; readonly observed: number | null }): string {
  if (observed === null) return "no samples";
  const figure = Number(observed.toPrecision(4)).toLocaleString("en-GB", { maximumFractionDigits: 6 });
  // A summary may be of another version, with other metrics.
  if (!isMetric(metric)) return figure;
  const { type, unit } = METRICS[metric];
  if (type === "trend") return `${figure} ${unit}`;
  return type === "counter" && expression.trimStart().startsWith("rate") ? `${figure} a second` : figure;
}
