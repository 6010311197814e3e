/** `--faults`: what goes wrong in a simulated run, and how often. */
import { FAULT_KINDS, FAULTS, type FaultKind, type FaultRates } from "../../load/faults/fault-table.js";
import { didYouMean } from "../../load/scenario/nearest.js";
import { UsageError } from "./usage-error.js";

const usual = FAULT_KINDS.map((kind) => `${kind}=${FAULTS[kind].rate}`).join(",");

/** For `yargs.option(…)`. */
export const faultsOption = {
  type: "string",
  describe: `Faults under simulated time, drawn from the seed: all at their usual rates, or those named, such as late=0.05,crash=0.1 [usual: ${usual}]`,
} as const;

/** The value of `--faults` for these rates; undefined where nothing goes wrong. */
export function faultsText(rates: FaultRates | undefined): string | undefined {
  const some = Object.entries(rates ?? {}).filter(([, rate]) => rate > 0);
  return some.length === 0 ? undefined : some.map(([kind, rate]) => `${kind}=${rate}`).join(",");
}

/** Reads the value of `--faults`; undefined when it was not given. @throws {UsageError} for what names no fault or no rate */
export function faultRatesFrom(text: string | undefined): FaultRates | undefined {
  if (text === undefined) return undefined;
  const rates = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, text === "" ? FAULTS[kind].rate : 0])) as Record<
    FaultKind,
    number
  >;
  const named = new Set<string>();
  for (const part of text === "" ? [] : text.split(",")) {
    const [name = "", ...values] = part.split("=");
    const kind = FAULT_KINDS.find((known) => known === name);
    if (kind === undefined)
      throw new UsageError(`--faults: "${name}" is none of ${FAULT_KINDS.join(", ")}${didYouMean(name, FAULT_KINDS)}`);
    if (named.has(kind)) throw new UsageError(`--faults: ${kind} is given more than once`);
    named.add(kind);
    rates[kind] = values.length === 0 ? namedRateOf(kind) : rateFrom(kind, values.join("="));
  }
  return rates;
}

/** The rate of a kind that is named without one. */
function namedRateOf(kind: FaultKind): number {
  const { rate, namedRate = rate }: { readonly rate: number; readonly namedRate?: number } = FAULTS[kind];
  return namedRate;
}

function rateFrom(kind: FaultKind, text: string): number {
  const rate = /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (rate >= 0 && rate <= 1) return rate;
  throw new UsageError(`--faults: the rate of ${kind} must be a number from 0 to 1, not "${text}"`);
}
