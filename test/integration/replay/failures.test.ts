/** Reads and writes that failed in a run fail in its replay with the same error. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DatabaseError,
  DatabaseFullError,
  DatabaseInUseError,
  openDatabase,
  type Database,
} from "../../../dist/platform/db/index.js";
import { Agent, createContext, Unit, Worker } from "../../../dist/platform/model/index.js";
import { Arena, block, failed } from "../../../dist/platform/sync/index.js";
import { populate } from "../../support/model/fixture.js";
import { openRecorder, replay, temporaryDirectory } from "../../support/replay/support.js";

for (const Failure of [DatabaseError, DatabaseFullError, DatabaseInUseError]) {
  test(`reads and writes that failed with a ${Failure.name}`, async (t) => {
    const directory = temporaryDirectory(t);
    const recorder = openRecorder(directory);
    const sound = openDatabase(":memory:");
    let fails = false;
    const db: Database = {
      ...sound,
      getAgent(id) {
        if (fails) throw new Failure("of a test");
        return sound.getAgent(id);
      },
      write: (name, ...args) => (fails ? failed(new Failure("of a test")) : sound.write(name, ...args)),
    };
    const context = recorder.context(
      createContext({ db: recorder.database(db), arena: Arena.create({ slots: 1, recorder }), finalStatuses: "kept" }),
    );
    const { workerId, unitId } = populate(sound);
    const agent = Agent.newFromProviderData(context, Worker.get(sound, workerId), Unit.get(sound, unitId), {});
    fails = true;
    assert.throws(() => agent.getStatus(), Failure);
    assert.throws(() => agent.updateStatus("in task"), Failure);
    assert.throws(() => block(agent.handleSubmitSteps({})), Failure);
    assert.throws(() => Agent.get(context, agent.dbId), Failure);
    await assert.rejects(agent.updateStatusAsync("waiting"), Failure);
    fails = false;
    agent.updateStatus("in task");
    context.slots.forget(agent.getAgentId());
    recorder.close();
    const { divergence, errors, incomplete } = await replay(directory);
    assert.deepEqual([divergence, errors, incomplete], [undefined, new Map([[Failure.name, 4]]), []]);
  });
}
