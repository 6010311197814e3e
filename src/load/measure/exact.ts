/** Exact rational arithmetic on decimal text, for comparisons that the rounding of binary fractions must not decide. */

/** `numerator / denominator`; the denominator is positive. It need not be in lowest terms. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const DECIMAL = /^(?<sign>-?)(?<whole>\d+)(?:\.(?<fraction>\d+))?(?:e(?<exponent>[+-]?\d+))?$/;

/**
 * The value of decimal text such as "7.2" or "1e-7". A number is given as `String(number)`: the shortest text that
 * denotes it.
 * @throws RangeError when `text` is not a decimal number
 */
export function parseDecimal(text: string): Rational {
  const groups = DECIMAL.exec(text)?.groups;
  if (groups === undefined) throw new RangeError(`"${text}" is not a decimal number`);
  const { sign = "", whole = "", fraction = "", exponent = "0" } = groups;
  const digits = BigInt(`${sign}${whole}${fraction}`);
  const scale = Number(exponent) - fraction.length;
  return scale >= 0
    ? { numerator: digits * 10n ** BigInt(scale), denominator: 1n }
    : { numerator: digits, denominator: 10n ** BigInt(-scale) };
}

export function multiply(a: Rational, b: Rational): Rational {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

/** Negative when `a` is less than `b`, 0 when they are equal, positive when `a` is greater. */
export function compare(a: Rational, b: Rational): -1 | 0 | 1 {
  const [left, right] = [a.numerator * b.denominator, b.numerator * a.denominator];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The number nearest to `value`, to 17 significant digits. */
export function toNumber({ numerator, denominator }: Rational): number {
  const [a, b] = [Number(numerator), Number(denominator)];
  if (Number.isSafeInteger(a) && Number.isSafeInteger(b)) return a / b;
  // Larger numbers: the quotient's first 17 digits or more, and then the power of ten.
  const shift = Math.max(0, 17 + String(denominator).length - String(numerator).length);
  return Number(`${(numerator * 10n ** BigInt(shift)) / denominator}e-${shift}`);
}

/**
 * `value` as decimal text with `decimals` digits after the point, rounded half away from zero, without trailing zeros.
 */
export function toDecimal({ numerator, denominator }: Rational, decimals: number): string {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const scaled = (2n * magnitude * 10n ** BigInt(decimals) + denominator) / (2n * denominator);
  const digits = scaled.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  const sign = numerator < 0n && scaled !== 0n ? "-" : "";
  return `${sign}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}
