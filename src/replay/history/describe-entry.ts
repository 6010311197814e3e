/** Describes entries of a history as text. */
import type { CallEnd, OperationEntry, PlacedEntry, StartedEntry } from "./history-reader.js";

/** For example `io: mailbox.append 17/3`. */
export function describeEntry(entry: PlacedEntry): string {
  return `${entry.thread}: ${whatOf(entry)}`;
}

function whatOf(entry: PlacedEntry): string {
  switch (entry.kind) {
    case "opened":
      return `a new handle, status ${entry.status}`;
    case "started":
      return describeMethod(entry);
    case "operation":
      return `${entry.operation.name}${outcomeOf(entry)}`;
    case "read":
      return entry.error === undefined
        ? `the row's status is ${entry.status ?? "missing"}`
        : `the read of the row failed: ${entry.error}`;
    case "asked":
      return `a request to write ${entry.write}${entry.status === undefined ? "" : ` ${entry.status}`}`;
    case "answered":
      if (entry.error !== undefined) return `the write failed: ${entry.error}`;
      return `the answer to a write${entry.replaced === undefined ? "" : `: the status was ${entry.replaced}`}`;
    case "closed":
      return "the thread closes the agent";
  }
}

/** The method that was called, and its argument: `getLiveUpdate 3000`. */
export function describeMethod({ method, argument }: Pick<StartedEntry, "method" | "argument">): string {
  return `${method.replace(/Steps$/, "")}${argument === null ? "" : ` ${argument}`}`;
}

function outcomeOf({ operation, positive }: OperationEntry): string {
  if (operation.endsWait) return positive ? " raised" : " timed out";
  return positive ? " → true" : "";
}

/** How a call ended, for example `→ 17/3` or `✗ AgentTimeoutError`. */
export function describeEnd({ threw, value }: CallEnd): string {
  if (threw) return `✗ ${String(value)}`;
  return value === null ? "→ done" : `→ ${value}`;
}
