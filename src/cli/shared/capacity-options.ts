/** The arguments of `simulate capacity`. This file imports little, because `--help` loads it. */
import type { MailboxKind } from "../../platform/sync/index.js";
import type { ListenArguments } from "./listen-options.js";
import type { ChangeArguments } from "./scenario-changes.js";
import type { TargetArguments } from "./target-options.js";
import { invalidValue } from "./usage-error.js";

export interface CapacityArguments extends ChangeArguments, TargetArguments, ListenArguments {
  readonly scenario?: string | undefined;
  readonly seed?: string | undefined;
  readonly duration?: string | undefined;
  readonly "start-rate"?: string | undefined;
  readonly precision?: string | undefined;
  readonly "max-time"?: string | undefined;
  readonly metric?: string | undefined;
  readonly threads?: string | undefined;
  readonly virtual: boolean;
  readonly seeds?: string | undefined;
  readonly faults?: string | undefined;
  readonly redis?: string | undefined;
  readonly mailbox: MailboxKind;
  readonly record: boolean;
  readonly strict: boolean;
  readonly resume?: string | undefined;
  readonly results: string;
  readonly open: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** The defaults of `--precision`, `--max-time` and `--seeds`. */
export const PRECISION = "1.1";
export const MAX_TIME = "1h";
export const SEEDS = "1..3";

/** The value of `--precision`. @throws {UsageError} unless it is a ratio above 1 */
export function precisionFrom(text: string = PRECISION): number {
  const ratio = numberFrom(text);
  if (ratio > 1) return ratio;
  throw invalidValue("--precision", text, "a ratio above 1, such as 1.1 for 10 %");
}

/** The value of `--start-rate`; undefined when it is left out. @throws {UsageError} unless it is a number above 0 */
export function startRateFrom(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const rate = numberFrom(text);
  if (rate > 0) return rate;
  throw invalidValue("--start-rate", text, "arrivals a second, a number above 0");
}

function numberFrom(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}
