/** The clients' log of acknowledgements: what is in the file, and when. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as turnsEnd } from "node:timers/promises";
import { openAcknowledgementLog } from "../../../../../dist/load/run/threads/acknowledgement-log.js";
import { JOURNAL_FILES, readAcknowledgements } from "../../../../../dist/results/index.js";
import { temporaryDirectory } from "../../../../support/cli/simulate.js";

const unexpected = (error: Error): void => assert.fail(error);

test("what a turn noted is in the file at the turn's end, in its order", async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, JOURNAL_FILES.acknowledgements);
  const log = openAcknowledgementLog(path, unexpected);
  const first = [
    { agentId: "1", what: "in task" },
    { agentId: "onboarding_2", what: "submit" },
  ];
  for (const acknowledgement of first) log.note(acknowledgement);
  assert.equal(readFileSync(path, "utf8"), "", "nothing is written while the turn goes on");
  await turnsEnd();
  // As after a kill of the process: the file is read while the log is open.
  assert.deepEqual(readAcknowledgements(directory), first);
  const last = { agentId: "1", what: "completed" };
  log.note(last);
  log.close();
  assert.deepEqual(readAcknowledgements(directory), [...first, last]);
  await turnsEnd();
  assert.deepEqual(readAcknowledgements(directory), [...first, last]);
});

test("a log that cannot be written is reported once, and no later line hides the gap", {
  skip: !existsSync("/dev/full"),
}, async () => {
  const errors: string[] = [];
  const log = openAcknowledgementLog("/dev/full", ({ message }) => errors.push(message));
  for (let turn = 0; turn < 3; turn++) {
    log.note({ agentId: "1", what: "submit" });
    await turnsEnd();
  }
  log.close();
  assert.deepEqual(errors, ["cannot write /dev/full: the disk is full"]);
});
