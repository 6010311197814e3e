/** The sections that judge: thresholds, invariants, the generator and the machine. */
import { formatCount, formatElapsed, formatMs, formatSeconds, formatShare, plural } from "../../vocabulary/index.js";
import { formatObserved, hasPlatform, invariantOutcome } from "../../results/index.js";
import type { Summary } from "../../results/index.js";
import type { ThresholdSoFar } from "../../load/measure/index.js";
import { cpuTexts, isMachineSound, latenessText, machineFacts, machineTexts, partLabel } from "../run-texts.js";
import { html, nothing, type Markup } from "./markup.js";
import { table } from "./html-table.js";

type Threshold = Summary["thresholds"][number];

const NO_BREAK = "\u00a0";

const sign = (kind: string, label: string, text: string): Markup =>
  html`<span class="${kind}" role="img" aria-label="${label}">${text}</span>`;
const [PASSED, FAILED] = [sign("ok", "passed", "✓"), sign("bad", "failed", "✗")];
const NOT_JUDGED = sign("idle", "not judged", "○");
const NOT_YET = sign("idle", "not yet", "○");
const INVARIANT_SIGNS = { held: PASSED, broken: FAILED, unchecked: sign("idle", "not checked", "○") } as const;

/** `areJudged`: whether they say anything about the platform, as `thresholdsJudged` of the verdict. */
export function thresholds(all: Summary["thresholds"], areJudged = true): Markup {
  const isJudged = ({ brokenByEnd }: Threshold): boolean => areJudged && brokenByEnd !== true;
  const signOf = (each: Threshold): Markup => (isJudged(each) ? (each.passed ? PASSED : FAILED) : NOT_JUDGED);
  const figures = thresholdTable(all, signOf, formatObserved);
  if (all.every(isJudged)) return figures;
  const why = areJudged
    ? "Thresholds that the rest of the run could have met are not judged: it was ended early."
    : "The thresholds are not judged: the latencies measure the machine, not the platform.";
  return html`<p>${why}</p>${figures}`;
}

/** The thresholds of a running run. */
export function thresholdsSoFar(all: readonly ThresholdSoFar[]): Markup {
  const signOf = ({ passed, isOpen }: ThresholdSoFar): Markup => (isOpen ? NOT_YET : passed ? PASSED : FAILED);
  const observed = ({ isOpen, metric, expression, observed: figure }: ThresholdSoFar): string =>
    `${isOpen ? "not yet: " : ""}${formatObserved({ metric, expression, observed: figure })}`;
  return thresholdTable(all, signOf, observed);
}

function thresholdTable<Result extends Threshold>(
  all: readonly Result[],
  signOf: (result: Result) => Markup,
  observed: (result: Result) => string,
): Markup {
  if (all.length === 0) return html`<p>The scenario has no thresholds.</p>`;
  const rows = all.map((threshold) => [
    html`${signOf(threshold)}${NO_BREAK}${threshold.metric}`,
    html`<code>${threshold.expression}</code>`,
    observed(threshold),
  ]);
  return table("Thresholds", ["metric", { head: "threshold", text: true }, "observed"], rows);
}

/** What was planned, and how much of it happened. */
export function carriedOut({ carriedOut: parts = [] }: Pick<Summary, "carriedOut">): Markup {
  if (parts.length === 0) return nothing;
  const rows = parts.map(({ what, planned, carriedOut: happened, missed }) => [
    partLabel(what, planned),
    formatCount(planned),
    formatCount(happened),
    missed.length === 0 ? "–" : html`${missed.map((text) => html`<div>${text}</div>`)}`,
  ]);
  const heads = ["", "planned", "carried out", { head: "what did not happen", text: true as const }];
  return table("Planned and carried out", heads, rows);
}

export function invariants(summary: Summary): Markup {
  const rows = summary.invariants.map((invariant) => [
    html`${INVARIANT_SIGNS[invariantOutcome(invariant)]} ${invariant.statement}`,
    formatCount(invariant.checked),
    invariant.violationCount === 0 ? "–" : html`<b class="bad">${formatCount(invariant.violationCount)}</b>`,
  ]);
  const left = summary.notChecked ?? [];
  const notChecked = table(
    "Not checked",
    ["not checked", { head: "reason", text: true }],
    left.map(({ id, why }) => [id, why]),
  );
  return html`${table("Invariants", ["invariant", "checked", "violations"], rows)}
${left.length === 0 ? nothing : notChecked}`;
}

/** The failures of requests to the target. */
export function failures({ failures: failed = [] }: Summary): Markup {
  if (failed.length === 0) return nothing;
  const rows = failed.map(({ what, count, firstAtMs }) => [what, formatCount(count), formatElapsed(firstAtMs)]);
  return table("Failures of requests to the target", ["failure", "times", "first"], rows);
}

/** The machines that made the load, where it was not this process alone. */
export function machines({ machines: all = [] }: Summary): Markup {
  if (all.length === 0) return nothing;
  const rows = all.map((machine) => [
    html`${isMachineSound(machine) ? PASSED : FAILED} ${machine.name}`,
    machineFacts(machine).join(" · "),
  ]);
  return table("Machines", ["machine", { head: "what it carried, and how", text: true }], rows);
}

/** The CPU of the generator, beside that of the platform where it is in this process, by thread. */
function cpuTable(summary: Summary): Markup {
  const { cpu } = summary.health;
  const [parts] = cpuTexts(summary);
  if (cpu === undefined || parts === undefined) return nothing;
  const rows = cpu.threads.map(({ thread, part, cpuMs, waitedMs }) => [
    thread,
    part,
    formatSeconds(cpuMs),
    formatShare(cpuMs, cpu.totalMs),
    waitedMs === null ? "–" : formatSeconds(waitedMs),
  ]);
  const inPlatform = html` What measures in the platform's threads, stamps of the stages and the record of the order of
operations, is in the platform's part.`;
  return html`<p>${parts}.${hasPlatform(cpu) ? inPlatform : nothing} The runtime's part is compilers and collectors.</p>
${table("CPU by thread", ["thread", { head: "part", text: true }, "CPU", "share", "waited for a core"], rows)}`;
}

export function generator(summary: Summary): Markup {
  const { engine, schedule, health, environment, traceHash } = summary;
  const { process, threads } = health;
  const facts = (...texts: readonly string[]): Markup =>
    html`<p class="facts">${texts.map((text) => html`<span>${text}</span> `)}</p>`;
  const versions = [`Node.js ${environment.node}`, `crowdstorm ${environment.crowdstorm}`];
  if (engine === "virtual") {
    return html`<p>All times are of the simulated clock. They do not depend on the speed of this machine.</p>
${facts(...(traceHash === undefined ? [] : [`trace ${traceHash}`]), ...versions)}`;
  }
  const rows = threads.map(({ thread, eventLoopDelay, gc }) => [
    thread,
    formatMs(eventLoopDelay?.p99Ms),
    formatMs(eventLoopDelay?.maxMs),
    formatCount(gc.count),
    formatMs(gc.maxMs),
  ]);
  const { kept } = schedule;
  return html`<p>${kept ? PASSED : FAILED} The load was ${kept ? "" : "not "}generated on time: ${latenessText(schedule)}.</p>
${facts(...machineTexts(summary.machine))}
${cpuTable(summary)}
${
  threads.length === 0
    ? nothing
    : table(
        "Threads of the harness",
        ["thread", "event loop delay, p99 (ms)", "max (ms)", "GC pauses", "longest (ms)"],
        rows,
      )
}
${facts(
  `used ${process.cpuCores.toFixed(2)} of ${plural(environment.cores, "core")}`,
  `at most ${formatCount(process.peakMemoryBytes / 2 ** 20)} MiB`,
  environment.cpu,
  environment.platform,
  ...versions,
)}`;
}
