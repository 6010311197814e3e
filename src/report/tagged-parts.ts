/** The parts of a run that its figures can be divided by: behaviours, or phases. */
import { formatElapsed } from "../vocabulary/index.js";
import { TREND_NAMES, type PhaseTag } from "../load/measure/index.js";
import { LATENCY_LABELS, latenciesOf, type Summary, type TaggedFigures } from "../results/index.js";

/** What the figures of a run can be divided by. */
export type Division = "behaviour" | "phase";

/** A part of a run, and its figures. */
export interface RunPart {
  readonly label: string;
  /** Of a phase: "before", "during" or "after", its window, fault or shutdown, and when it was. */
  readonly phase?: PhaseTag;
  readonly span?: string;
  readonly time?: string;
  readonly figures: Pick<TaggedFigures["behaviours"][number], "trends" | "counters" | "rates">;
}

/** The parts in their order. Without any, the reason, a clause. */
export function partsOf({ tagged }: Pick<Summary, "tagged">, by: Division): readonly RunPart[] | string {
  if (tagged === undefined) return "not in the summary of this run, which an older version wrote";
  if (by === "behaviour")
    return tagged.behaviours.length === 0
      ? "the run had no simulated workers"
      : tagged.behaviours.map(({ behaviour, ...figures }) => ({ label: behaviour, figures }));
  if (tagged.phases.length === 0) return "the scenario has no window of disconnects, fault or shutdown";
  return tagged.phases.map(({ phase, span, fromMs, toMs, ...figures }) => ({
    label: `${phase} ${span}`,
    phase,
    span,
    time: `${formatElapsed(fromMs)} to ${formatElapsed(toMs)}`,
    figures,
  }));
}

/** The labelled latencies that any part has, each with the parts that have it. */
export function latenciesByPart(parts: readonly RunPart[]) {
  const all = parts.flatMap(({ label: part, figures }) =>
    latenciesOf(figures).map((latency) => ({ ...latency, part })),
  );
  return TREND_NAMES.flatMap((name) => {
    const rows = all.filter((latency) => latency.name === name).map(({ part, trend }) => ({ label: part, trend }));
    const label = LATENCY_LABELS[name];
    return rows.length === 0 || label === undefined ? [] : [{ name, label, rows }];
  });
}
