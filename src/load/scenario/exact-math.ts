/**
 * Logarithm and exponential with the same bits on every machine and Node version.
 *
 * ECMAScript does not specify the accuracy of `Math.log` and `Math.exp`, and V8 has changed such functions between
 * versions. The functions here use only + - * /, which IEEE 754 defines exactly, so a plan and its hash do not depend
 * on the machine. The relative error is below 1e-14. (`Math.sqrt`, the other function that plans use, is correctly
 * rounded on every platform of Node.)
 */

const LN2 = 0.6931471805599453;
const SQRT2 = 1.4142135623730951;

/** The natural logarithm of `x`, for 0 < x < Infinity. */
export function ln(x: number): number {
  // x = m * 2^exponent with m within [√½, √2], by doubling and halving, which are exact.
  let m = x;
  let exponent = 0;
  for (; m > SQRT2; m /= 2) exponent++;
  for (; m < SQRT2 / 2; m *= 2) exponent--;
  // ln m = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …); |s| < 0.172, so eleven terms reach the last bit.
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum = 0;
  for (let odd = 21; odd >= 1; odd -= 2) sum = sum * square + 1 / odd;
  return exponent * LN2 + 2 * s * sum;
}

/** e to the power of `x`, for |x| < 700. */
export function exp(x: number): number {
  const halvings = Math.round(x / LN2);
  const rest = x - halvings * LN2;
  // Taylor's series in Horner's form; |rest| < 0.35, so sixteen terms reach the last bit.
  let result = 1;
  for (let n = 16; n >= 1; n--) result = 1 + (rest / n) * result;
  for (let n = halvings; n > 0; n--) result *= 2;
  for (let n = halvings; n < 0; n++) result /= 2;
  return result;
}
