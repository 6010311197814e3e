/** Formats the observed value of a threshold: with its unit, and with enough digits to show why it passed or failed. */
import {
  compare,
  isMetric,
  limitOf,
  METRICS,
  multiply,
  parseDecimal,
  toDecimal,
  untagged,
  type Rational,
} from "../load/measure/index.js";

/** The minimum number of significant digits, when the value has so many. The integer part is never rounded. */
const MIN_DIGITS = 4;
/** The maximum number of decimals that a 64-bit float can need. */
const MAX_DECIMALS = 340;

/** The part of the result of a threshold that is shown. */
interface Observation {
  readonly metric: string;
  readonly expression: string;
  readonly observed: number | null;
  readonly phaseMissed?: true | undefined;
}

/**
 * "9.945 ms", "0", "0.9796", "97.96 %", "12.5 a second", "no samples". A value that differs from the limit is formatted
 * differently from the limit.
 */
export function formatObserved({ metric, expression, observed, phaseMissed }: Observation): string {
  if (observed === null) return phaseMissed === true ? "no samples: this phase did not take place" : "no samples";
  const value = parseDecimal(String(observed));
  const limit = limitOf(metric, expression);
  // A summary of another version can have other metrics.
  const name = untagged(metric);
  if (!isMetric(name)) return figureOf(value, limit);
  const { type, unit } = METRICS[name];
  // In per cent when the limit is in per cent.
  if (unit === "share" && expression.trimEnd().endsWith("%"))
    return `${figureOf(inPercent(value), limit && inPercent(limit))} %`;
  const figure = figureOf(value, limit);
  if (type === "trend") return `${figure} ${unit}`;
  return type === "counter" && expression.trimStart().startsWith("rate") ? `${figure} a second` : figure;
}

function inPercent(share: Rational): Rational {
  return multiply(share, { numerator: 100n, denominator: 1n });
}

/** "observed 9.945 ms", or "no samples". */
export function observedText(threshold: Observation): string {
  return `${threshold.observed === null ? "" : "observed "}${formatObserved(threshold)}`;
}

/** The shortest decimal, of {@link MIN_DIGITS} or more, that compares with `other` as `value` does. */
function figureOf(value: Rational, other: Rational | undefined): string {
  const wholeDigits = toDecimal(value, MAX_DECIMALS).replace(/^-?0?|\..*/g, "").length;
  for (let decimals = Math.max(0, MIN_DIGITS - wholeDigits); ; decimals++) {
    const text = toDecimal(value, decimals);
    const rounded = parseDecimal(text);
    const comparesAlike = other === undefined || compare(rounded, other) === compare(value, other);
    if (decimals >= MAX_DECIMALS || (comparesAlike && (rounded.numerator !== 0n || value.numerator === 0n)))
      return withThousands(text);
  }
}

function withThousands(text: string): string {
  return text.replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(?:\d{3})+$)/g, ","));
}
