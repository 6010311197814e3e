/**
 * The tags of measurements: which behaviour a worker has, and in which phase of the run something was measured.
 *
 * A run has named spans: windows of disconnects, faults, the shutdown. Their bounds cut the time of the run into
 * segments. Everything is recorded once, in the cell of its behaviour and its segment. A tag stands for a set of cells,
 * which are added up when somebody asks: `during:storm` is the segments between the bounds of `storm`, and the whole
 * run is all cells.
 *
 * A time belongs to the phase in which it began. By its end, everything that a fault held up would count as after it,
 * and the fault would seem to have slowed nothing down.
 */
import { assert, at } from "../../vocabulary/index.js";

/** A span of the run that phases refer to. Times in ms from the start of the run; `toMs` is the first after it. */
export interface Span {
  readonly name: string;
  readonly fromMs: number;
  /** The same as `fromMs` for a moment, such as the shutdown: nothing is during a moment. */
  readonly toMs: number;
}

/** What a run can be divided by. The same for all threads and machines of a run. */
export interface TagSet {
  /** The names of the behaviours. */
  readonly behaviours: readonly string[];
  /** The named spans, each name once. */
  readonly spans: readonly Span[];
}

/** The tags of a run that is not divided. */
export const NO_TAGS: TagSet = { behaviours: [], spans: [] };

/** The tags that name a phase, with the name of its span as value. */
export const PHASES = ["before", "during", "after"] as const;
export type PhaseTag = (typeof PHASES)[number];
export const TAG_NAMES = ["behaviour", ...PHASES] as const;

/** The tags that measurements have to have; with several, all of them. */
export type TagSelector = Readonly<Partial<Record<(typeof TAG_NAMES)[number], string>>>;

/** Where something was measured. */
export interface Cell {
  /** The number of the worker's behaviour, from 1; 0 when it is of no worker. */
  readonly behaviour: number;
  /** The number of the segment of the run, from 0. */
  readonly segment: number;
}

/** The cells of a run, numbered from 0. */
export class Cells {
  readonly tags: TagSet;
  /** The bounds between the segments, ascending, ms from the start of the run. */
  readonly bounds: readonly number[];
  /** How many there are. */
  readonly count: number;

  constructor(tags: TagSet) {
    this.tags = tags;
    const bounds = new Set(tags.spans.flatMap(({ fromMs, toMs }) => [fromMs, toMs]));
    // Nothing is before the start of the run.
    this.bounds = [...bounds].filter((ms) => ms > 0).sort((a, b) => a - b);
    this.count = (tags.behaviours.length + 1) * this.segments;
  }

  get segments(): number {
    return this.bounds.length + 1;
  }

  numberOf({ behaviour, segment }: Cell): number {
    return behaviour * this.segments + segment;
  }

  cellOf(number: number): Cell {
    return { behaviour: Math.floor(number / this.segments), segment: number % this.segments };
  }

  has({ behaviour, segment }: Cell): boolean {
    return behaviour <= this.tags.behaviours.length && segment < this.segments;
  }

  /** The number of a behaviour; 0 for one that the run has not. */
  behaviourOf(name: string): number {
    return this.tags.behaviours.indexOf(name) + 1;
  }

  /** The segment that `ms` from the start of the run is in. */
  segmentAt(ms: number): number {
    let segment = 0;
    while (segment < this.bounds.length && ms >= at(this.bounds, segment)) segment++;
    return segment;
  }

  /** Where segment `segment` begins, ms; the first begins before the run. */
  startOf(segment: number): number {
    return segment === 0 ? -Infinity : at(this.bounds, segment - 1);
  }

  /** Where it ends, ms. */
  endOf(segment: number): number {
    return segment === this.bounds.length ? Infinity : at(this.bounds, segment);
  }

  /** The phase of each span that a segment is in, as tags: `during:storm`, in the order of the spans. */
  phasesOf(segment: number): string[] {
    return this.tags.spans.map(({ name }) => {
      const phase = PHASES.find((each) => this.#phase(each, name)(segment));
      assert(phase !== undefined, "a segment is before, during or after each span");
      return `${phase}:${name}`;
    });
  }

  /** @throws RangeError for a behaviour or a span that the run has not */
  select(selector: TagSelector): Selection {
    const behaviour = selector.behaviour === undefined ? undefined : this.behaviourOf(selector.behaviour);
    if (behaviour === 0) throw new RangeError(`the run has no behaviour "${selector.behaviour}"`);
    const phases = PHASES.flatMap((phase) => {
      const name = selector[phase];
      return name === undefined ? [] : [this.#phase(phase, name)];
    });
    return {
      hasCell: (cell) =>
        (behaviour === undefined || cell.behaviour === behaviour) && phases.every((isIn) => isIn(cell.segment)),
      lengthMs: (durationMs) =>
        Array.from({ length: this.segments }, (_, segment) => segment)
          .filter((segment) => phases.every((isIn) => isIn(segment)))
          .map((segment) => Math.min(this.endOf(segment), durationMs) - Math.max(this.startOf(segment), 0))
          .reduce((sum, ms) => sum + Math.max(0, ms), 0),
    };
  }

  /** Whether a segment is in the phase. */
  #phase(phase: PhaseTag, name: string): (segment: number) => boolean {
    const span = this.tags.spans.find((each) => each.name === name);
    if (span === undefined) throw new RangeError(`the run has no window or fault "${name}"`);
    const { fromMs, toMs } = span;
    return (segment) => {
      if (phase === "before") return this.endOf(segment) <= fromMs;
      if (phase === "after") return Math.max(this.startOf(segment), 0) >= toMs;
      return Math.max(this.startOf(segment), 0) >= fromMs && this.endOf(segment) <= toMs;
    };
  }
}

/** The cells that a selector stands for. */
export interface Selection {
  hasCell(cell: Cell): boolean;
  /** How long its phases last together in a run of `durationMs`, ms. */
  lengthMs(durationMs: number): number;
}

/** A phase that took place: its tag, and its time in ms from the start of the run. */
export interface MeasuredPhase {
  readonly tags: TagSelector;
  readonly phase: PhaseTag;
  readonly span: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The phases of a run of `durationMs` that have any time, span by span. */
export function measuredPhases({ spans }: TagSet, durationMs: number): MeasuredPhase[] {
  return spans.flatMap(({ name, fromMs, toMs }) => {
    const times = { before: [0, fromMs], during: [fromMs, toMs], after: [toMs, durationMs] } as const;
    return PHASES.flatMap((phase): MeasuredPhase[] => {
      const [from, to] = [times[phase][0], Math.min(times[phase][1], durationMs)];
      return from < to ? [{ tags: { [phase]: name }, phase, span: name, fromMs: from, toMs: to }] : [];
    });
  });
}

/** The tags that are written after a metric: `{behaviour:storm,during:storm}`; nothing without tags. */
export function formatTags(selector: TagSelector): string {
  const tags = TAG_NAMES.flatMap((name) => (selector[name] === undefined ? [] : [`${name}:${selector[name]}`]));
  return tags.length === 0 ? "" : `{${tags.join(",")}}`;
}
