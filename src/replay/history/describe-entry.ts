/** Entries of a record for people. */
import type { CallEnd, PlacedEntry } from "./history-reader.js";

/** Such as `io: mailbox.append 17/3`. */
export function describeEntry(entry: PlacedEntry): string {
  return `${entry.thread}: ${whatOf(entry)}`;
}

function whatOf(entry: PlacedEntry): string {
  switch (entry.kind) {
    case "opened":
      return `a handle is made, status ${entry.status}`;
    case "started":
      return `${entry.method.replace(/Steps$/, "")}${entry.argument === null ? "" : ` ${entry.argument}`}`;
    case "operation":
      return `${entry.operation.name}${entry.operation.endsWait ? ` ${entry.positive ? "raised" : "timed out"}` : entry.positive ? " → true" : ""}`;
    case "read":
      return entry.error === undefined
        ? `the row has status ${entry.status ?? "none at all"}`
        : `the read of the row failed: ${entry.error}`;
    case "asked":
      return `a request to write ${entry.write}${entry.status === undefined ? "" : ` ${entry.status}`}`;
    case "answered":
      return `the answer to a write${entry.error !== undefined ? ` failed: ${entry.error}` : entry.replaced === undefined ? "" : `: the status was ${entry.replaced}`}`;
    case "closed":
      return "the agent is over here";
  }
}

/** How a call ended, such as `→ 17/3`, `✗ AgentTimeoutError`. */
export function describeEnd({ threw, value }: CallEnd): string {
  if (threw) return `✗ ${String(value)}`;
  return value === null ? "→ done" : `→ ${value}`;
}
