/** What a threshold has seen, with its unit, and with the digits that it takes to see why it passed or failed. */
import {
  compare,
  isMetric,
  limitOf,
  METRICS,
  multiply,
  parseDecimal,
  toDecimal,
  type Rational,
} from "../load/measure/index.js";

/** Significant digits that a figure has at least, as far as it has them. The whole part is never rounded. */
const MIN_DIGITS = 4;
/** As many as a number of 64 bits can need after the point. */
const MAX_DECIMALS = 340;

/** "9.945 ms", "0", "0.9796", "97.96 %", "12.5 a second", "no samples". A figure that is not the limit does not look like it. */
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
  const value = parseDecimal(String(observed));
  const limit = limitOf(metric, expression);
  // A summary may be of another version, with other metrics.
  if (!isMetric(metric)) return figureOf(value, limit);
  const { type, unit } = METRICS[metric];
  // As the limit is written.
  if (unit === "share" && expression.trimEnd().endsWith("%"))
    return `${figureOf(inPercent(value), limit && inPercent(limit))} %`;
  const figure = figureOf(value, limit);
  if (type === "trend") return `${figure} ${unit}`;
  return type === "counter" && expression.trimStart().startsWith("rate") ? `${figure} a second` : figure;
}

function inPercent(share: Rational): Rational {
  return multiply(share, { numerator: 100n, denominator: 1n });
}

/** The shortest figure, from {@link MIN_DIGITS} on, that compares with `other` as `value` does. */
function figureOf(value: Rational, other: Rational | undefined): string {
  const [whole = ""] = toDecimal(value, MAX_DECIMALS).split(".");
  const wholeDigits = whole.replace(/^-?0?/, "").length;
  for (let decimals = Math.max(0, MIN_DIGITS - wholeDigits); ; decimals++) {
    const text = toDecimal(value, decimals);
    const rounded = parseDecimal(text);
    const isTold = other === undefined || compare(rounded, other) === compare(value, other);
    if (decimals >= MAX_DECIMALS || (isTold && (rounded.numerator !== 0n || value.numerator === 0n)))
      return withThousands(text);
  }
}

function withThousands(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
