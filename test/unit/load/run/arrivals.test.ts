/**
 * Workers who arrive late, because the machine has too much to do: all of them arrive, and those who are there have
 * their turns.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { passThroughInterceptors } from "../../../../dist/load/run/roles/role.js";
import { newAgentBehaviours } from "../../../../dist/load/run/roles/agent-behaviours.js";
import { ClientRole } from "../../../../dist/load/run/roles/clients.js";
import { openDatabase } from "../../../../dist/platform/db/index.js";
import { createTaskGroup } from "../../../../dist/platform/live/index.js";
import { createRecorder } from "../../../../dist/load/measure/index.js";
import { buildPlan, loadScenario } from "../../../../dist/load/scenario/index.js";
import { Arena } from "../../../../dist/platform/sync/index.js";

test("whoever is late arrives in portions, a turn each, and not alone", (t) => {
  const clock = { time: 0, now: () => clock.time };
  const arena = Arena.create({
    slots: 1,
    wideSlots: 3,
    wideRingBytes: 1 << 22,
    clock,
    driver: { requestTurn: () => undefined },
  });
  const inbox = (): number => arena.allocateWide().index;
  const db = openDatabase(":memory:", { create: true });
  t.after(() => {
    db.close();
  });
  const { scenario } = loadScenario("steady");
  const planOptions = { workers: 1800, durationMs: 100 };
  const recorder = createRecorder({ thread: "test", originMs: 0 });
  new ClientRole(
    {
      arena,
      db,
      recorder,
      taskGroup: createTaskGroup((name, error) => assert.fail(`${name}: ${String(error)}`)),
      run: {
        scenario,
        plan: planOptions,
        mailbox: "sound",
        taskRunId: "1",
        onboardingQualificationId: undefined,
        agentBehaviours: newAgentBehaviours({ slots: 1 }),
        inboxes: { pool: inbox(), runners: [], channels: [{ toPlatform: inbox(), toClients: inbox() }] },
      },
      plan: buildPlan(scenario, planOptions),
      ids: { next: () => "" },
      interceptors: passThroughInterceptors(arena),
      originMs: 0,
    },
    0,
  );

  clock.time = 5000;
  let others = 0;
  const started: number[] = [];
  for (let total = 0; total < planOptions.workers; ) {
    assert.ok(started.length < 20, `only ${total} workers arrived in ${started.length} turns`);
    arena.reactor.at(clock.time, () => {
      others++;
    });
    arena.reactor.turn();
    const { counters } = recorder.take();
    const now = counters.find(({ name }) => name === "workers_started")?.count ?? 0;
    started.push(now);
    total += now;
  }
  assert.equal(others, started.length, "what is due fires in each turn");
  assert.ok(Math.max(...started) <= 500, started.join(", "));
  assert.equal(
    started.reduce((sum, n) => sum + n),
    planOptions.workers,
  );
});
