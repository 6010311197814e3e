/**
 * The HdrHistogram log of a run (`latency.hlog`), format version 1.3 with V2 compressed histograms: one line for each
 * metric and interval in which something was recorded, tagged with the metric's name. Each behaviour and each phase of
 * the run has one more line for some of the metrics, over all of its time: `live_update_latency{behaviour:unaffected}`,
 * `live_update_latency{during:storm}`.
 *
 * The log is for HdrHistogram's tools, for example `HistogramLogProcessor -tag live_update_latency -i latency.hlog`;
 * the tests read it with hdr-histogram-js. Histograms hold nanoseconds; the Interval_Max column is in ms, that is,
 * divided by 1,000,000, which is also the ratio by which those tools scale their output unless told otherwise
 * (`-outputValueUnitRatio`). Time stamps are seconds after StartTime.
 */
import { encodeIntoCompressedBase64 } from "hdr-histogram-js";
import type { Interval, Measurements } from "./measurements.js";
import { TREND_NAMES, type TrendName } from "./metrics.js";
import { formatTags, measuredPhases, type TagSelector } from "./tags.js";

export interface HlogOptions {
  /** When the time axis began, ms since the epoch. */
  readonly startEpochMs: number;
  /** The origin of the log, for its first comment; one line. */
  readonly comment: string;
  /**
   * The trends with lines for behaviours and phases. To encode a line costs more than all other figures of its part.
   */
  readonly divided: readonly TrendName[];
}

/**
 * The log as text. The library's HistogramLogWriter is not used: it writes the local time zone's name and a blank line
 * after StartTime and no BaseTime, without which a reader has to guess whether time stamps are relative.
 */
export function formatHlog(measurements: Measurements, { startEpochMs, comment, divided }: HlogOptions): string {
  const start = (startEpochMs / 1000).toFixed(3);
  const lines = [
    `#[${comment}]`,
    "#[Histogram log format version 1.3]",
    `#[StartTime: ${start} (seconds since epoch), ${new Date(startEpochMs).toISOString()}]`,
    `#[BaseTime: ${start} (seconds since epoch)]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
  ];
  const intervals: TaggedInterval[] = [
    ...TREND_NAMES.flatMap((name) => measurements.intervals(name).map((interval) => ({ tag: name, ...interval }))),
    ...taggedLines(measurements, divided),
  ];
  // Readers that take a range of time stop at the first line after it.
  intervals.sort((a, b) => a.startMs - b.startMs);
  for (const { tag, startMs, lengthMs, distribution } of intervals) {
    const times = [startMs / 1000, lengthMs / 1000, distribution.maxMs].map((n) => n.toFixed(3));
    lines.push(`Tag=${tag},${times.join(",")},${encodeIntoCompressedBase64(distribution.histogram())}`);
  }
  return `${lines.join("\n")}\n`;
}

type TaggedInterval = Interval & { readonly tag: string };

/** One line a metric, behaviour and phase, over all of its time. By interval they would be many times as many. */
function taggedLines({ tags, durationMs, where }: Measurements, names: readonly TrendName[]): TaggedInterval[] {
  const behaviours = tags.behaviours.map((behaviour) => ({ tags: { behaviour }, fromMs: 0, toMs: durationMs }));
  return [...behaviours, ...measuredPhases(tags, durationMs)].flatMap(({ tags: selector, fromMs, toMs }) => {
    const { trends } = where(selector);
    return names
      .map((name) => ({
        tag: tagOf(name, selector),
        startMs: fromMs,
        lengthMs: toMs - fromMs,
        distribution: trends[name],
      }))
      .filter(({ distribution }) => distribution.count > 0);
  });
}

/** The tag of a line: it ends at a comma. */
function tagOf(name: TrendName, tags: TagSelector): string {
  return `${name}${formatTags(tags)}`.replaceAll(/[,\s]+/g, "_");
}
