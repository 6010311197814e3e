/** The capacity under simulated time over worker processes: the trials and the result are those of the search alone. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { capacitySchema, CAPACITY_FILES, type Capacity } from "../../../dist/results/index.js";
import { run, startWorkers } from "../../support/distributed/processes.js";
import { noRedis, TestRedis, until, untilNoJobs } from "../../support/distributed/redis.js";
import { onlyEntry, simulate, temporaryDirectory, type Ended } from "../../support/cli/simulate.js";
import { COMMITTING } from "../../support/scenario/committing.js";

function outcomeOf({ stdout, stderr }: Ended): Omit<Capacity, "searchId" | "startedAt" | "reproduce"> {
  assert.notEqual(stdout, "", stderr);
  const { searchId, startedAt, reproduce, trials, ...result } = capacitySchema.parse(JSON.parse(stdout));
  assert.ok(searchId !== "" && startedAt !== "" && reproduce !== "");
  return { ...result, trials: trials.map((trial) => ({ ...trial, tookMs: 0 })) };
}

test("a search over worker processes has the trials of one alone, also with a killed coordinator", {
  skip: noRedis,
}, async (t) => {
  const directory = temporaryDirectory(t);
  const scenario = join(directory, "committing.yaml");
  writeFileSync(scenario, COMMITTING);
  const args = ["capacity", "--scenario", scenario, "--virtual", "--seeds", "1..3", "--precision", "1.5", "--json"];
  const alone = outcomeOf(await simulate(...args, "--results", join(directory, "alone")));
  assert.equal(alone.end, "found");

  const redis = await TestRedis.start(t);
  await startWorkers(t, redis, 2);
  const over = ["--redis", redis.url];
  const shared = await simulate(...args, "--results", join(directory, "shared"), ...over);
  assert.deepEqual(outcomeOf(shared), alone, shared.stderr);
  await untilNoJobs(redis);
  const left = join(directory, "shared", onlyEntry(join(directory, "shared")), CAPACITY_FILES.runs);
  assert.deepEqual(readdirSync(left), [], "no directory of a job is left");

  const results = join(directory, "killed");
  const killed = run(t, ...args, "--results", results, ...over);
  const jobs = (): string[] => {
    const [search = ""] = existsSync(results) ? readdirSync(results) : [];
    const runs = join(results, search, CAPACITY_FILES.runs);
    return search !== "" && existsSync(runs) ? readdirSync(runs) : [];
  };
  await until(() => jobs().length > 0, "a trial is at work");
  killed.child.kill("SIGKILL");
  await killed.ended;
  const resumed = await simulate("capacity", "--resume", join(results, onlyEntry(results)), "--json", ...over);
  assert.deepEqual(outcomeOf(resumed), alone, resumed.stderr);
  await untilNoJobs(redis);
});
