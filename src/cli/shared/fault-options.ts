/** `--faults`: the faults of a virtual run and their rates. */
import { FAULT_KINDS, FAULTS, type FaultKind, type FaultRates } from "../../load/faults/fault-table.js";
import { assert } from "../../vocabulary/index.js";
import { didYouMean } from "../../load/scenario/nearest.js";
import { invalidValue, oneOf } from "./usage-error.js";

const usual = FAULT_KINDS.map((kind) => `${kind}=${FAULTS[kind].rate}`).join(",");

/** For `yargs.option(…)`. */
export const faultsOption = {
  type: "string",
  describe:
    "Inject random faults under simulated time: all with their usual rates, or the named ones, such as " +
    `late=0.05,crash=0.1 [usual: ${usual}]`,
} as const;

/** The value of `--faults` for these rates; undefined without faults. */
export function faultsText(rates: FaultRates | undefined): string | undefined {
  const some = Object.entries(rates ?? {}).filter(([, rate]) => rate > 0);
  return some.length === 0 ? undefined : some.map(([kind, rate]) => `${kind}=${rate}`).join(",");
}

/** Parses the value of `--faults`; undefined when it is absent. @throws {UsageError} for an unknown fault or rate */
export function faultRatesFrom(text: string | undefined): FaultRates | undefined {
  if (text === undefined) return undefined;
  const rates = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, text === "" ? FAULTS[kind].rate : 0])) as Record<
    FaultKind,
    number
  >;
  const named = new Set<string>();
  for (const part of text === "" ? [] : text.split(",")) {
    const [name, ...values] = part.split("=");
    assert(name !== undefined, "a text has a first part");
    const kind = FAULT_KINDS.find((known) => known === name);
    if (kind === undefined)
      throw invalidValue("--faults", name, `${oneOf(FAULT_KINDS)}${didYouMean(name, FAULT_KINDS)}`);
    if (named.has(kind)) throw invalidValue("--faults", text, `${kind} only once`);
    named.add(kind);
    rates[kind] = values.length === 0 ? namedRateOf(kind) : rateFrom(kind, values.join("="));
  }
  return rates;
}

/** The rate of a kind that is named without a rate. */
function namedRateOf(kind: FaultKind): number {
  const { rate, namedRate = rate }: { readonly rate: number; readonly namedRate?: number } = FAULTS[kind];
  return namedRate;
}

function rateFrom(kind: FaultKind, text: string): number {
  const rate = /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (rate >= 0 && rate <= 1) return rate;
  throw invalidValue(`the rate of ${kind} in --faults`, text, "a number from 0 to 1");
}
