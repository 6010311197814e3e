/** What the replay of one agent says where the run's summary does not have all violations, and what its calls show. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { ReplayedViolations } from "../../../dist/cli/shared/replayed-violations.js";
import type { CallReport } from "../../../dist/replay/history/index.js";
import type { Summary } from "../../../dist/results/index.js";
import { onlyEntry, simulate, temporaryDirectory } from "../../support/cli/simulate.js";

/** A finished run on real threads, in which some workers leave. */
async function finishedRun(t: TestContext): Promise<string> {
  const results = temporaryDirectory(t);
  const run = ["disconnect-storm", "--workers", "20", "--duration", "2s", "--threads", "2", "--quiet"];
  const { code, stderr } = await simulate(...run, "--results", results);
  assert.ok([0, 97, 99].includes(code ?? -1), stderr);
  return join(results, onlyEntry(results));
}

/** Has the summary say that an invariant was broken more often than it keeps violations, none of an agent of the run. */
function breakInSummary(directory: string, id: string): void {
  const path = join(directory, "summary.json");
  const summary = JSON.parse(readFileSync(path, "utf8")) as Summary;
  const violations = Array.from({ length: 20 }, (_, n) => ({
    what: "unit held twice",
    agentId: `${9000 + n}`,
    detail: "took unit 7",
  }));
  const broken = (one: Summary["invariants"][number]): Summary["invariants"][number] =>
    one.id === id ? { ...one, held: false, violationCount: 37, violations } : one;
  writeFileSync(path, JSON.stringify({ ...summary, invariants: summary.invariants.map(broken) }));
}

test("an agent that may be among violations that the summary does not have is said to be", async (t) => {
  const directory = await finishedRun(t);
  const before = await simulate("replay", directory, "--agent", "1");
  assert.equal(before.code, 0, before.stdout + before.stderr);
  assert.doesNotMatch(before.stdout, /not known/);

  breakInSummary(directory, "one-agent-per-unit");
  const { code, stdout } = await simulate("replay", directory, "--agent", "1");
  assert.equal(code, 0, stdout);
  assert.match(
    stdout,
    /^not known: whether agent 1 broke one-agent-per-unit as well; the summary has the first 20 of 37 violations$/m,
  );

  breakInSummary(directory, "no-early-timeout");
  const ofCalls = await simulate("replay", directory, "--agent", "1");
  assert.doesNotMatch(ofCalls.stdout, /broke no-early-timeout/);
});

const call = (thread: string, method: CallReport["method"], rest: Partial<CallReport>): CallReport => ({
  ...{ thread, method, atMs: 100, tookMs: 1, argument: null, end: { threw: false, value: null }, isEarly: false },
  ...rest,
});
const LEFT = call("io", "updateStatusSteps", { atMs: 200, argument: "disconnect" });
const WAIT = call("task-0", "getLiveUpdateSteps", { argument: 3000 });
const RELEASED = { tookMs: 101, end: { threw: true, value: "AgentDisconnectedError" } };

test("the calls show a wait that was not released, and that an agent was never gone", async (t) => {
  const directory = await finishedRun(t);
  breakInSummary(directory, "absent-waiter-released");
  const of = (...calls: CallReport[]): { readonly broken: string[]; readonly undecided: string[] } => {
    const violations = new ReplayedViolations(directory);
    violations.add({ agentId: "1", calls, isComplete: true });
    return {
      broken: violations.ofAgent("1").map(({ id, what }) => `${id}: ${what}`),
      undecided: violations.undecidedOf("1").map(({ id }) => id),
    };
  };
  assert.deepEqual(of({ ...WAIT, end: undefined }, LEFT), {
    broken: ["absent-waiter-released: never released"],
    undecided: [],
  });
  // When the thread polled is not in the record: the wait may have been released too late.
  assert.deepEqual(of({ ...WAIT, ...RELEASED }, LEFT), { broken: [], undecided: ["absent-waiter-released"] });
  assert.deepEqual(of({ ...WAIT, end: undefined }), { broken: [], undecided: [] });
});

test("the agents of a run that held have broken nothing by their calls", async (t) => {
  const { code, stdout } = await simulate("replay", await finishedRun(t));
  assert.equal(code, 0, stdout);
});
