/** A recorded handle behaves like the original handle. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { openDatabase } from "../../../dist/platform/db/index.js";
import { readHistory } from "../../../dist/replay/history/index.js";
import { Agent, createContext, Unit, Worker } from "../../../dist/platform/model/index.js";
import { SimulatedAgent } from "../../../dist/platform/model/simulated-provider.js";
import { Arena, block } from "../../../dist/platform/sync/index.js";
import { populate } from "../../support/model/fixture.js";
import { openRecorder, temporaryDirectory } from "../../support/replay/support.js";

/**
 * A recorded handle of an agent, the recorder, and a function that closes it and returns the names of the recorded
 * entries.
 */
function recordedAgent(t: TestContext) {
  const directory = temporaryDirectory(t);
  const recorder = openRecorder(directory);
  const db = openDatabase(":memory:");
  const context = recorder.context(
    createContext({ db: recorder.database(db), arena: Arena.create({ slots: 1, recorder }), finalStatuses: "kept" }),
  );
  const { workerId, unitId } = populate(db);
  const agent = Agent.newFromProviderData(context, Worker.get(db, workerId), Unit.get(db, unitId), {});
  const recorded = (): string[] => {
    recorder.close();
    const [file] = readHistory(directory, { allFiles: true, hasEnd: () => true });
    assert.ok(file !== undefined);
    return [...file.entries()].map((entry) =>
      entry.kind === "started" ? entry.method : entry.kind === "operation" ? entry.operation.name : entry.kind,
    );
  };
  return { agent, context, recorder, recorded };
}

test("a recorded handle is of its class, and keeps its name", (t) => {
  const { agent } = recordedAgent(t);
  assert.ok(agent instanceof SimulatedAgent);
  assert.equal(agent.constructor, SimulatedAgent);
  assert.equal(agent.toString(), `SimulatedAgent(${agent.dbId})`);
  assert.deepEqual(
    [agent.dbStatus, agent.getStatus(), agent.mailbox === agent.mailbox, agent.didSubmit === agent.didSubmit],
    ["accepted", "accepted", true, true],
  );
});

test("calls inside a method are part of its call, and calls of the mailbox and the event are recorded", (t) => {
  const { agent, recorded } = recordedAgent(t);
  agent.mailbox.append({ update_id: "a" });
  assert.deepEqual(agent.getLiveUpdate(), { update_id: "a" });
  agent.didSubmit.set();
  agent.didSubmit.clear();
  block(agent.approveWorkSteps());
  const calls = recorded().filter((name) => name === "ended" || /Steps|append|didSubmit\.(set|clear)$/.test(name));
  assert.deepEqual(calls, [
    ...["updateStatusSteps", "ended"],
    ...["mailbox.append", "ended"],
    ...["getLiveUpdateSteps", "ended"],
    ...["didSubmit.set", "didSubmit.set", "ended"],
    ...["didSubmit.clear", "didSubmit.clear", "ended"],
    ...["approveWorkSteps", "ended"],
  ]);
});

test("recorded Steps begin with the first step, can fail or be abandoned, and end once", (t) => {
  const { agent, recorder, recorded } = recordedAgent(t);
  const before = agent.getLiveUpdateSteps(1000);
  const given = agent.getLiveUpdateSteps(1000);
  assert.equal(given.next().done, false);
  assert.equal(recorder.current, undefined);
  assert.deepEqual(given.return(undefined), { done: true, value: undefined });
  assert.deepEqual(given.next(), { done: true, value: undefined });
  const failed = agent.getLiveUpdateSteps(1000);
  failed.next();
  assert.throws(() => failed.throw(new RangeError("of a test")), RangeError);
  assert.deepEqual(failed.next(), { done: true, value: undefined });
  agent.mailbox.append({ update_id: "a" });
  assert.deepEqual([...before], []);
  assert.equal(recorder.current, undefined);
  const calls = recorded().filter((name) => name === "ended" || /Steps|append/.test(name));
  assert.deepEqual(calls, [
    "updateStatusSteps",
    "ended",
    "getLiveUpdateSteps",
    "getLiveUpdateSteps",
    "ended",
    "mailbox.append",
    "ended",
    "getLiveUpdateSteps",
    "ended",
  ]);
});
