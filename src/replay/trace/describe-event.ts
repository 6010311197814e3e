/** Formats events as text, one line each. */
import { formatSeconds } from "../../vocabulary/index.js";
import type { TraceEvent, TraceValue } from "./trace-event.js";

/** For example `   1.234567 s  io         append   onboarding_7  {"number":1}` */
export function describeEvent({ at, actor, operation, subject, args, outcome }: TraceEvent): string {
  const time = formatSeconds(at, 6).padStart(14);
  const argument = args === null || args === undefined ? "" : `  ${compact(args)}`;
  const result = outcome === null || outcome === undefined ? "" : `  → ${compact(outcome)}`;
  return `${time}  ${actor.padEnd(9)}  ${operation.padEnd(8)}  ${subject.padEnd(16)}${argument}${result}`.trimEnd();
}

function compact(value: TraceValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
