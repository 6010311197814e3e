/** The verdict on a run, and its exit code. */
import { z } from "zod";
import type { InvariantResult } from "../load/check/index.js";
import type { LoadVerdict, ScheduleVerdict, ThresholdResult } from "../load/measure/index.js";
import type { MachineVerdict } from "../load/measure/machine/index.js";
import { assert, at, EXIT, formatAgainst, formatBound, formatCount, formatShare, plural } from "../vocabulary/index.js";
import { observedText } from "./observed.js";
import { reasonMissing } from "./schema-fields.js";

/** What a reason is. */
export const REASON_CODES = [
  "invariant-broken",
  "interrupted",
  "machine-busy",
  "load-not-generated",
  "load-late",
  "aborted",
  "workers-cut-off",
  "not-carried-out",
  "threshold-failed",
  "threshold-not-judged",
] as const;

const reasonSchema = z.object({
  code: z.enum(REASON_CODES).describe("What it is: the same words in every version, for programs."),
  text: z.string().describe("The reason, one line."),
});
export type Reason = z.infer<typeof reasonSchema>;

export const verdictSchema = z
  .object({
    outcome: z
      .enum(["passed", "failed", "inconclusive"])
      .describe(
        "`inconclusive`: the run proves nothing about the platform, because its load was not generated on time, or because " +
          "other programs kept the machine busy and a threshold failed, workers were cut off, or, with `--strict`, " +
          "something planned did not happen.",
      ),
    passed: z.boolean().describe("Whether the outcome is `passed`."),
    exitCode: z
      .union([
        z.literal(EXIT.ok),
        z.literal(EXIT.interrupted),
        z.literal(EXIT.inconclusive),
        z.literal(EXIT.invariant),
        z.literal(EXIT.threshold),
      ])
      .describe(
        "0: passed; 1: interrupted; 97: inconclusive; 98: an invariant broke; 99: a threshold failed, there was no load, " +
          "workers were cut off, or, with `--strict`, something planned did not happen. It is 97 instead of 99 when " +
          "the load came late or other programs kept the machine busy, unless there was no load.",
      ),
    thresholdsJudged: z
      .boolean()
      .describe(
        "Whether the thresholds say anything about the platform. Not those of a run that would be inconclusive.",
      ),
    reasons: z
      .array(reasonSchema)
      .describe("Why the run did not pass: broken invariants first, then causes before their consequences."),
  })
  .refine(({ outcome, reasons }) => outcome === "passed" || reasons.length > 0, reasonMissing("reasons"));
export type Verdict = z.infer<typeof verdictSchema>;

/** A machine that made a share of the load. */
interface JudgedMachine {
  readonly name: string;
  readonly schedule: ScheduleVerdict;
  /** Absent when it was lost. */
  readonly use?: MachineVerdict | undefined;
}

/** What {@link judge} judges: the parts of a summary, or what they are made of. */
export interface VerdictFacts {
  readonly end: { readonly how: "finished" | "interrupted" | "aborted"; readonly why: string | null };
  readonly invariants: readonly (Pick<InvariantResult, "held" | "violationCount" | "checked"> & {
    readonly id: string;
  })[];
  readonly thresholds: readonly (Omit<ThresholdResult, "metric"> & { readonly metric: string })[];
  readonly load: LoadVerdict;
  /** The workers that had not finished when the run was given up. Left out: none. */
  readonly unfinished?: number | undefined;
  /** What was planned, and how much of it happened. */
  readonly carriedOut?: readonly { readonly missed: readonly string[] }[] | undefined;
  /** Whether what was planned and did not happen is a failure. Left out: no. */
  readonly isStrict?: boolean | undefined;
  readonly schedule: ScheduleVerdict;
  /** The machine of this process. Left out where time is simulated, and where other machines made the load. */
  readonly machine?: MachineVerdict | undefined;
  /** Those that made the load, where it was not this process alone. */
  readonly machines?: readonly JudgedMachine[] | undefined;
}

/**
 * Judges a run. The most severe failure decides the exit code. A broken invariant (98) is a defect at any load, on any
 * machine and however the run ended. Next is an interruption (1): the figures cover only a part of the run. Then come a
 * load that was not generated, workers that had not finished when the run was given up, and a failed threshold (99). A
 * threshold that the early end of a run broke is not judged.
 *
 * A failed threshold, and workers that had not finished, prove nothing if the load came late, or if other programs kept
 * the machine busy: the run is inconclusive (97). So is a run whose load came late and whose thresholds are met, as
 * they were met by another load than the planned one. A run that meets its thresholds on a machine that other programs
 * kept busy has passed: alone it would have been faster.
 *
 * @example
 * ```ts
 * judge({ end: { how: "finished", why: null }, invariants, thresholds, load, schedule, machine }).exitCode; // 0, 97, …
 * ```
 */
export function judge(facts: VerdictFacts): Verdict {
  const found = findingsOf(facts);
  const exitCode = exitCodeFor(found, facts);
  return {
    outcome: exitCode === EXIT.ok ? "passed" : exitCode === EXIT.inconclusive ? "inconclusive" : "failed",
    passed: exitCode === EXIT.ok,
    exitCode,
    thresholdsJudged: found.thresholdsJudged,
    reasons: reasonsFor(found, facts),
  };
}

/** What the facts have to say about the run. */
interface Findings {
  readonly broken: VerdictFacts["invariants"];
  readonly failed: VerdictFacts["thresholds"];
  /** Where the schedule was not kept: machines with a name, or this process. */
  readonly late: readonly (Omit<JudgedMachine, "name"> & { readonly name?: string })[];
  /** What was planned, did not happen, and has to. */
  readonly missed: readonly string[];
  /** Whether a threshold failed or aborted the run, or its plan was not carried out. */
  readonly isUnmet: boolean;
  /** The machines that were taken from a run that did not pass. The name of this one is not given. */
  readonly taken: readonly TakenMachine[];
  readonly thresholdsJudged: boolean;
}

interface TakenMachine {
  readonly name?: string;
  readonly use: MachineVerdict;
}

type JudgedMachines = Pick<VerdictFacts, "machine" | "machines">;

/** The machines that were taken from the run: this one, and those that made the load. */
function takenAmong({ machine, machines = [] }: JudgedMachines): TakenMachine[] {
  const here = machine?.taken === true ? [{ use: machine }] : [];
  return [...here, ...machines.flatMap(({ name, use }) => (use?.taken === true ? [{ name, use }] : []))];
}

function findingsOf(facts: VerdictFacts): Findings {
  const { end, invariants, thresholds, load, schedule, machine, machines = [], carriedOut = [], isStrict } = facts;
  const { unfinished = 0 } = facts;
  const failed = thresholds.filter(({ passed }) => !passed);
  // The early end of a run is a reason of its own.
  const missed = isStrict === true && end.how === "finished" ? carriedOut.flatMap((part) => part.missed) : [];
  const isNotCarriedOut = unfinished + missed.length > 0;
  const isUnmet = failed.some((each) => !isBrokenByEnd(each)) || end.how === "aborted" || isNotCarriedOut;
  const behind = machines.filter((each) => !each.schedule.kept);
  const late = behind.length > 0 || schedule.kept ? behind : [{ schedule, use: machine }];
  const isPassed = !isUnmet && late.length === 0 && load.generated;
  const taken = isPassed ? [] : takenAmong({ machine, machines });
  return {
    broken: invariants.filter(({ held }) => !held),
    failed,
    missed,
    late,
    isUnmet,
    taken,
    thresholdsJudged: late.length === 0 && taken.length === 0,
  };
}

function exitCodeFor(
  { broken, isUnmet, thresholdsJudged }: Findings,
  { end, load }: VerdictFacts,
): Verdict["exitCode"] {
  if (broken.length > 0) return EXIT.invariant;
  if (end.how === "interrupted") return EXIT.interrupted;
  if (!load.generated) return EXIT.threshold;
  if (!thresholdsJudged) return EXIT.inconclusive;
  return isUnmet ? EXIT.threshold : EXIT.ok;
}

/** Causes before their consequences. */
function reasonsFor(
  { broken, failed, missed, late, taken, thresholdsJudged }: Findings,
  { end, load, unfinished = 0 }: VerdictFacts,
): Reason[] {
  const judged = failed.filter((threshold) => thresholdsJudged && !isBrokenByEnd(threshold));
  const notJudged = failed.filter((threshold) => !judged.includes(threshold));
  // That a machine was taken is a reason of its own, with its own advice.
  const lateTexts = late.map(({ name, schedule, use }) =>
    use?.taken === true ? lateText(schedule, name) : `${lateText(schedule, name)}${adviceText(use)}`,
  );
  const found: readonly (readonly [Reason["code"], ...(readonly string[])])[] = [
    ["invariant-broken", ...broken.map(brokenText)],
    ["interrupted", ...(end.how === "interrupted" ? [`the run was ${endText(end)}`] : [])],
    ["machine-busy", ...taken.map(takenText)],
    ["load-not-generated", ...(load.generated ? [] : [notGeneratedText(load)])],
    ["load-late", ...lateTexts],
    ["aborted", ...(end.how === "aborted" ? [`the run was ${endText(end)}`] : [])],
    ["workers-cut-off", ...(unfinished > 0 ? [cutOffText(unfinished)] : [])],
    ["not-carried-out", ...missed],
    ["threshold-failed", ...judged.map((threshold) => thresholdText(threshold, "failed"))],
    ["threshold-not-judged", ...notJudged.map((threshold) => thresholdText(threshold, "not judged"))],
  ];
  return found.flatMap(([code, ...texts]) => texts.map((text) => ({ code, text })));
}

/**
 * The exit code of the command that wrote this summary: 0, 1, 97, 98 or 99, as {@link judge} decides. Of a run that
 * passed, but whose file of samples is incomplete, it is 1. A collector that did not take everything changes nothing.
 */
export function exitCodeOf({
  verdict,
  outputs = [],
}: {
  readonly verdict: Verdict;
  readonly outputs?: readonly { readonly unit: "samples" | "exports"; readonly dropped: number }[] | undefined;
}): Verdict["exitCode"] {
  const isIncomplete = outputs.some(({ unit, dropped }) => unit === "samples" && dropped > 0);
  return verdict.exitCode === EXIT.ok && isIncomplete ? EXIT.failure : verdict.exitCode;
}

/** What a run that passed has to say about its machines, a line each; none when they were not taken from it. */
export function machineNotes(machines: JudgedMachines): string[] {
  return takenAmong(machines).map(
    (taken) => `${waitText(taken)}. The latencies measure the machine, not the platform: they are lower on an idle one`,
  );
}

/** Whether the early end of the run is why the threshold failed. */
function isBrokenByEnd({ brokenByEnd }: VerdictFacts["thresholds"][number]): boolean {
  return brokenByEnd === true;
}

function cutOffText(workers: number): string {
  return (
    `${plural(workers, "worker")} had not finished when the run was given up, and ${workers === 1 ? "was" : "were"} cut off: ` +
    "set a longer drainTimeout, or see what they waited for"
  );
}

/** The first reason of a run that did not pass, one line. */
export function reasonOf({ reasons }: Pick<Verdict, "reasons">): string {
  return at(reasons, 0).text;
}

/** How a run ended that did not finish, and why: "aborted: threshold …". */
export function endText({ how, why }: VerdictFacts["end"]): string {
  assert(why !== null, "a run that did not finish has a reason");
  return `${how}: ${why}`;
}

/** Why the load was not generated, with that it was not. */
export function notGeneratedText({ why }: LoadVerdict): string {
  assert(why !== null, "a load that was not generated has a reason");
  return `the load was not generated: ${why}`;
}

function brokenText({ id, violationCount, checked }: VerdictFacts["invariants"][number]): string {
  return `invariant ${id} broke: ${plural(violationCount, "violation")}, ${formatCount(checked)} checked`;
}

function thresholdText(threshold: VerdictFacts["thresholds"][number], what: "failed" | "not judged"): string {
  return `threshold ${threshold.metric} ${threshold.expression} ${what}: ${observedText(threshold)}`;
}

/** Whether the hypervisor and a limit took more from the run than other programs, or only what they took is judged. */
function isWithheld({ othersIncludeTarget, takenShare, withheldShare }: MachineVerdict): boolean {
  return othersIncludeTarget || withheldShare > takenShare / 2;
}

/** "other programs kept the machine busy: …": how long threads waited for a core, and who had it. */
function waitText(taken: TakenMachine): string {
  const { name, use } = taken;
  const { waits, waitShare, takenShare, boundShare, othersCores, cores } = use;
  const estimated = waits === "estimated" ? ", as estimated from the load average" : "";
  const waited = `ready threads waited for a core ${percent(waitShare)} of the time${estimated}`;
  const allowed = `(allowed: ${percent(boundShare)})`;
  if (isWithheld(use)) return withheldText(taken, waited, allowed);
  const [stolen, throttled] = withheldTexts(use);
  return (
    `other programs kept ${name === undefined ? "the machine" : `machine ${name}`} busy: ${waited}, ${percent(takenShare)} because of other programs ${allowed}, ` +
    `which used ${othersCores.toFixed(2)} of ${plural(cores, "core")}${stolen && `, and ${stolen}`}${throttled && `; ${throttled}`}`
  );
}

/** How many cores the hypervisor took, and how many a limit of this container; "" for none. */
export function withheldTexts({
  stolenCores,
  throttledCores,
}: Pick<MachineVerdict, "stolenCores" | "throttledCores">): readonly [hypervisor: string, limit: string] {
  return [
    stolenCores >= 0.005 ? `the hypervisor took ${stolenCores.toFixed(2)}` : "",
    throttledCores >= 0.005 ? `the CPU limit of this container withheld ${throttledCores.toFixed(2)}` : "",
  ];
}

/** "cores were withheld from the run: …". */
function withheldText({ name, use }: TakenMachine, waited: string, allowed: string): string {
  const { withheldShare, cores } = use;
  const causes = withheldTexts(use).filter((text) => text !== "");
  const by = causes.length === 0 ? "" : `; of ${plural(cores, "core")} ${causes.join(", and ")}`;
  return `cores were withheld from the run${onMachine(name)}: ${waited}, ${percent(withheldShare)} because of that ${allowed}${by}`;
}

function takenText(taken: TakenMachine): string {
  const advice = isWithheld(taken.use)
    ? "use a machine of its own or raise the limit"
    : "close other programs or use an idle machine";
  return `${waitText(taken)}. The latencies measure the machine, not the platform: ${advice}, and run it again`;
}

/** Where it was; nothing for this machine. */
function onMachine(name: string | undefined): string {
  return name === undefined ? "" : ` on machine ${name}`;
}

function lateText({ slipP99Ms, boundMs }: ScheduleVerdict, machine: string | undefined): string {
  const what =
    slipP99Ms === null
      ? "no action was carried out"
      : `actions ran ${formatAgainst(slipP99Ms, boundMs)} ms late (p99; allowed: ${formatBound(boundMs)} ms)`;
  return `the load was not generated on time${onMachine(machine)}: ${what}`;
}

/** What a machine had to do with a load that was late, and what to do. */
function adviceText(machine: MachineVerdict | undefined): string {
  if (machine === undefined) return "";
  const { waitShare, takenShare, ownCores, cores } = machine;
  return (
    `; ready threads waited for a core ${percent(waitShare)} of the time, ${percent(takenShare)} because of other programs, ` +
    `and the run used ${ownCores.toFixed(2)} of ${plural(cores, "core")}. ` +
    "The latencies measure the machine, not the platform: lower the rate of arrivals or use a machine with more cores, and run it again"
  );
}

function percent(share: number): string {
  return formatShare(share, 1);
}
