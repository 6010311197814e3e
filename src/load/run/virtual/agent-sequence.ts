/**
 * A sequence diagram of one agent from the trace of its run, with a column for each part of the run that acted on it.
 */
import type { SequenceArrow, SequenceBar, SequenceDiagram, SequenceRow } from "../../../results/index.js";
import { commandLine, formatSeconds, getOrCreate } from "../../../vocabulary/index.js";
import { concerns, type TraceEvent, type TraceValue } from "../../../replay/trace/index.js";

/** The shortest pause that the diagram shows, ms. */
const PAUSE_MS = 20;

/** The columns from left to right, in the order of an update's path; other actors follow. The scheduler has none. */
const ORDER = ["clients", "io", "tasks", "database", "faults"];

export interface AgentSequenceOptions {
  readonly agentId: string;
  /** The most rows; later events are only counted. Default: no limit. */
  readonly most?: number;
  /** A note on the message that was taken at that time (ms of the run). */
  readonly note?: { readonly atMs: number; readonly text: string };
}

/** `events`: those of the run, in their order. Events of other agents are skipped. */
export function agentSequence(
  events: Iterable<TraceEvent>,
  { agentId, most = Infinity, note }: AgentSequenceOptions,
): SequenceDiagram {
  const drawing = new Drawing(agentId, note);
  let left = 0;
  for (const event of events) {
    if (event.actor === "scheduler" || !concerns(event, agentId)) continue;
    if (drawing.length < most) drawing.add(event);
    else left++;
  }
  return drawing.end(left);
}

class Drawing {
  readonly #agentId: string;
  readonly #note: AgentSequenceOptions["note"];
  readonly #actors: string[] = [];
  readonly #rows: { actor: string; atMs: number; text: string; times: number; kind?: "fault" | "bad" }[] = [];
  readonly #bars: { actor: string; from: number; to: number }[] = [];
  readonly #arrows = new Map<string, { from: number; to: number }>();
  /** Rows of messages that were sent and not yet taken, by inbox and message key. */
  readonly #sent = new Map<string, { row: number; lost: boolean }[]>();
  /** Rows of writes without a commit, and of commits without an answer. */
  readonly #writes = new Map<string, number[]>();
  readonly #waits = new Map<string, number>();
  /** Inboxes whose next message is lost by a fault. */
  readonly #losing = new Set<string>();

  constructor(agentId: string, note: AgentSequenceOptions["note"]) {
    this.#agentId = agentId;
    this.#note = note;
  }

  get length(): number {
    return this.#rows.length;
  }

  add(event: TraceEvent): void {
    const { actor, operation, subject, at, outcome, args } = event;
    if (!this.#actors.includes(actor)) this.#actors.push(actor);
    const row = this.#rowOf(event);
    if (operation === "lost") this.#losing.add(subject);
    if (operation === "append") {
      this.#queue(`${subject} ${messageKey(args)}`).push({
        row,
        lost: outcome !== null || this.#losing.delete(subject),
      });
    } else if (operation === "take") {
      const sent = this.#queue(`${subject} ${messageKey(outcome)}`);
      while (sent[0]?.lost === true) sent.shift();
      this.#arrow(sent.shift()?.row, row);
      if (this.#note !== undefined && subject === this.#agentId && Math.abs(at - this.#note.atMs) < 0.01)
        this.#annotate(row, this.#note.text);
    } else if (operation === "write" || operation === "commit") {
      if (operation === "commit") this.#arrow(this.#writesOf("write", subject).shift(), row);
      this.#writesOf(operation, subject).push(row);
    } else if (operation === "answer") {
      this.#arrow(this.#writesOf("commit", subject).shift(), row);
    } else if (operation === "wait") {
      this.#waits.set(actor, row);
    } else if (operation === "resume") {
      const from = this.#waits.get(actor);
      if (from !== undefined) this.#bars.push({ actor, from, to: row });
      this.#waits.delete(actor);
    }
  }

  end(left: number): SequenceDiagram {
    const columns = [...this.#actors].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    const columnOf = (actor: string): number => columns.indexOf(actor);
    const rows = this.#rows.map(({ actor, atMs, text, times, kind }, index): SequenceRow => {
      const pause = atMs - (this.#rows[index - 1]?.atMs ?? atMs);
      return {
        column: columnOf(actor),
        at: formatSeconds(atMs, 6),
        text: times === 1 ? text : `${text} (${times} times)`,
        ...(kind !== undefined && { kind }),
        ...(pause >= PAUSE_MS && {
          gap: `${pause < 1000 ? pause.toFixed(0) : pause.toFixed(0).replace(/(?=\d{3}$)/, ",")} ms`,
        }),
      };
    });
    if (left > 0)
      rows.push({
        column: 0,
        at: "",
        text: `and ${left} more events: ${commandLine("trace", "RUN", "--agent", this.#agentId)}`,
      });
    const bars = this.#bars.map(
      ({ actor, ...bar }): SequenceBar => ({ column: columnOf(actor), ...bar, kind: "waits" }),
    );
    const untaken = [...this.#sent].flatMap(([key, sent]) =>
      sent.map(({ row, lost }) => ({ row, lost, inbox: key.slice(0, key.indexOf(" ")) })),
    );
    const stubs = untaken.flatMap(({ row, lost, inbox }): SequenceArrow[] => {
      const column = columnOf(this.#readerOf(inbox));
      return column < 0 ? [] : [{ from: row, to: { column, ...(lost && { lost }) } }];
    });
    return { columns, rows, bars, arrows: [...this.#arrows.values(), ...stubs] };
  }

  /** The row of an event: the last row if it has the same text, time and actor, otherwise a new one. */
  #rowOf({ actor, operation, subject, at, args, outcome }: TraceEvent): number {
    const text = describe(operation, subject === this.#agentId ? "mailbox" : subject, args, outcome);
    const before = this.#rows.at(-1);
    if (before?.actor === actor && before.text === text && before.atMs === at) {
      before.times++;
    } else {
      const kind = actor === "faults" ? "fault" : operation === "error" || operation === "failure" ? "bad" : undefined;
      this.#rows.push({ actor, atMs: at, text, times: 1, ...(kind !== undefined && { kind }) });
    }
    return this.#rows.length - 1;
  }

  #queue(key: string): { row: number; lost: boolean }[] {
    return getOrCreate(this.#sent, key, () => []);
  }

  #writesOf(operation: string, name: string): number[] {
    return getOrCreate(this.#writes, `${operation} ${name}`, () => []);
  }

  #arrow(from: number | undefined, to: number): void {
    if (from !== undefined) this.#arrows.set(`${from} ${to}`, { from, to });
  }

  #annotate(row: number, text: string): void {
    const parts = this.#rows[row];
    if (parts !== undefined) parts.text += ` ◀ ${text}`;
  }

  /** Who reads an inbox: docs/trace.md lists them. */
  #readerOf(inbox: string): string {
    if (inbox === "pool" || inbox.startsWith("from-clients-")) return "io";
    if (inbox.startsWith("to-clients-")) return inbox.slice("to-".length);
    if (inbox === this.#agentId) return this.#actors.find((actor) => actor.startsWith("tasks-")) ?? "";
    return inbox;
  }
}

function rank(actor: string): number {
  const at = ORDER.indexOf(actor.replace(/-\d+$/, ""));
  return at < 0 ? ORDER.length : at;
}

function describe(operation: string, subject: string, args: TraceValue, outcome: TraceValue): string {
  const result = outcome === null || outcome === undefined ? "" : ` → ${summarize(outcome)}`;
  switch (operation) {
    case "append":
      return `append ${summarize(args)} to ${subject}${result}`;
    case "take":
      return `take ${summarize(outcome)} from ${subject}`;
    case "wait":
      return args === null ? "wait" : `wait, at most ${summarize(args)} ms`;
    case "resume":
      return `wait ends, ${summarize(outcome)} pending`;
    case "read":
    case "commit":
      return `${operation} ${subject}${result}`;
    case "answer":
      return `${subject} is committed`;
    case "write":
      return `write ${subject} ${summarize(isList(args) ? args.find((value) => typeof value === "object") : args)}`.trimEnd();
    default:
      return `${operation} ${subject} ${summarize(args)}${typeof outcome === "number" ? ` ${Math.round(outcome)} ms` : result}`
        .replace(/ +/g, " ")
        .trimEnd();
  }
}

/** The key of a message, both in the outcome of a take (tracing.ts) and in the message itself. */
function messageKey(value: TraceValue): string {
  if (isList(value)) return messageKey(value[0]);
  if (isMapping(value)) return messageKey(value["packet_type"] ?? value["update_id"] ?? value["kind"]);
  return value === null || value === undefined ? "" : String(value);
}

/** A value in a few words. */
function summarize(value: TraceValue): string {
  if (value === null || value === undefined) return "";
  if (isList(value)) return summarize(value[0]);
  if (!isMapping(value)) return typeof value === "number" ? String(Math.round(value * 1000) / 1000) : String(value);
  const inside = [value["data"], value["update"]].find((part) => part !== undefined && isMapping(part));
  const parts = [
    value["packet_type"] ?? value["kind"],
    ...["update_id", "status", "error"].map(
      (key) => value[key] ?? (inside !== undefined && isMapping(inside) ? inside[key] : undefined),
    ),
  ];
  return parts.filter((part) => typeof part === "string").join(" ");
}

function isList(value: TraceValue): value is readonly TraceValue[] {
  return Array.isArray(value);
}

function isMapping(value: TraceValue): value is { readonly [key: string]: TraceValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
