/** The sections that judge: thresholds, invariants, and how the generator and the machine fared. */
import { formatAgainst, formatBound, formatCount, formatMs } from "../../vocabulary/index.js";
import { invariantOutcome, formatObserved } from "../../results/index.js";
import type { Summary } from "../../results/index.js";
import { html, nothing, type Markup } from "./markup.js";
import { table } from "./html-table.js";

const mark = (ok: boolean): Markup =>
  ok
    ? html`<span class="ok" role="img" aria-label="passed">✓</span>`
    : html`<span class="bad" role="img" aria-label="failed">✗</span>`;

export function thresholds(summary: Pick<Summary, "thresholds">): Markup {
  if (summary.thresholds.length === 0) return html`<p>The scenario sets none.</p>`;
  const rows = summary.thresholds.map(({ metric, expression, observed, passed }) => [
    html`${mark(passed)} ${metric}`,
    html`<code>${expression}</code>`,
    formatObserved({ metric, expression, observed }),
  ]);
  return table(
    "Thresholds",
    [{ head: "metric", text: true }, { head: "threshold", text: true }, { head: "observed" }],
    rows,
  );
}

export function invariants(summary: Summary): Markup {
  const rows = summary.invariants.map(({ statement, held, checked, violationCount }) => [
    html`${invariantOutcome({ held, checked }) === "unchecked" ? html`<span class="idle" role="img" aria-label="not checked">○</span>` : mark(held)} ${statement}`,
    formatCount(checked),
    violationCount === 0 ? "–" : html`<b class="bad">${formatCount(violationCount)}</b>`,
  ]);
  const left = summary.notChecked ?? [];
  return html`${table("Invariants", [{ head: "invariant", text: true }, { head: "checked" }, { head: "violations" }], rows)}
${
  left.length === 0
    ? nothing
    : table(
        "Not checked",
        [
          { head: "not checked", text: true },
          { head: "why", text: true },
        ],
        left.map(({ id, why }) => [id, why]),
      )
}`;
}

/** What failed on the way to the target. */
export function failures({ failures: failed = [] }: Summary): Markup {
  if (failed.length === 0) return nothing;
  const rows = failed.map(({ what, count, firstAtMs }) => [
    what,
    formatCount(count),
    `${(firstAtMs / 1000).toFixed(1)} s`,
  ]);
  return table(
    "Failures on the way to the target",
    [{ head: "failure", text: true }, { head: "times" }, { head: "first" }],
    rows,
  );
}

export function generator({ engine, schedule, health, environment, traceHash }: Summary): Markup {
  const { process, threads } = health;
  if (engine === "virtual") {
    return html`<p>All times are of the simulated clock: they say what the run did, not what this machine can do.</p>
<p class="facts">${traceHash === undefined ? nothing : html`<span>trace ${traceHash}</span> `}<span>Node.js ${environment.node}</span> <span>crowdstorm ${environment.crowdstorm}</span></p>`;
  }
  const rows = threads.map(({ thread, eventLoopDelay, gc }) => [
    thread,
    eventLoopDelay === null ? "–" : formatMs(eventLoopDelay.p99Ms),
    eventLoopDelay === null ? "–" : formatMs(eventLoopDelay.maxMs),
    formatCount(gc.count),
    formatMs(gc.maxMs),
  ]);
  const heads = ["timers late, p99 (ms)", "max (ms)", "GC pauses", "longest (ms)"].map((head) => ({ head }));
  return html`<p>${mark(schedule.kept)} ${schedule.kept ? "The schedule was kept" : "The schedule was not kept"}: actions were carried out
p99 ${formatAgainst(schedule.slipP99Ms, schedule.boundMs)} ms, at most ${formatMs(schedule.slipMaxMs)} ms after their intended time; the bound on p99 is ${formatBound(schedule.boundMs)} ms.</p>
${threads.length === 0 ? nothing : table("Threads of the harness", [{ head: "thread", text: true }, ...heads], rows)}
<p class="facts"><span>${process.cpuCores.toFixed(2)} cores busy</span> <span>at most ${formatCount(process.peakMemoryBytes / 2 ** 20)} MiB</span>
<span>${environment.cpu}, ${environment.cores} cores</span> <span>${environment.platform}</span> <span>Node.js ${environment.node}</span> <span>crowdstorm ${environment.crowdstorm}</span></p>`;
}
