/** Checks the figures of a run by behaviour and by phase against those of the whole run. */
import assert from "node:assert/strict";
import type { Summary } from "../../../dist/results/index.js";

/** What is always of a worker of the plan. */
const OF_WORKERS = [
  "live_updates_sent",
  "live_updates_taken",
  "live_updates_accounted",
  "duplicates_dropped",
  "workers_started",
  "workers_finished",
  "agents_registered",
  "not_qualified",
  "onboarding_passed",
  "onboarding_failed",
  "disconnects",
  "reconnects",
  "returns",
  "timeouts",
  "submit_timeouts",
  "submits_acknowledged",
];
const TRENDS_OF_WORKERS = [
  "live_update_latency",
  "live_update_round_trip",
  "stage_reply",
  "registration_time",
  "status_commit_time",
  "submit_ack_time",
  "disconnect_detection",
  "schedule_slip",
];

type Part = Pick<Summary, "trends" | "counters" | "rates">;

/** The behaviours together are the whole run, and so are the phases of each span. */
export function assertTagsAddUp(summary: Summary): void {
  const { tagged } = summary;
  assert.ok(tagged !== undefined);
  assertSum(summary, tagged.behaviours, "the behaviours");
  const { phases: all } = tagged;
  for (const span of new Set(all.map((each) => each.span))) {
    const phases = all.filter((each) => each.span === span);
    assertSum(summary, phases, `the phases of ${span}`);
    assert.equal(phases[0]?.fromMs, 0);
    assert.equal(phases.at(-1)?.toMs, summary.durationMs);
  }
}

function assertSum(whole: Part, parts: readonly Part[], what: string): void {
  for (const name of OF_WORKERS.filter((counter) => whole.counters[counter] !== undefined)) {
    const sum = parts.reduce((total, { counters }) => total + (counters[name] ?? 0), 0);
    assert.equal(sum, whole.counters[name], `${name} of ${what}`);
  }
  for (const name of TRENDS_OF_WORKERS.filter((trend) => whole.trends[trend] !== undefined)) {
    const sum = parts.reduce((total, { trends }) => total + (trends[name]?.count ?? 0), 0);
    assert.equal(sum, whole.trends[name]?.count, `${name} of ${what}`);
  }
  const completion = whole.rates["task_completion"];
  if (completion === undefined) return;
  const total = parts.reduce((sum, { rates }) => sum + (rates["task_completion"]?.total ?? 0), 0);
  assert.equal(total, completion.total, `task_completion of ${what}`);
}
