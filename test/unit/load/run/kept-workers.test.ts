/** A closed model at run time: never more workers than the number that is kept, and exactly so many while it lasts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRecorder, type CounterName } from "../../../../dist/load/measure/index.js";
import { startArrivals } from "../../../../dist/load/run/roles/arrivals.js";
import { buildPlan, scenarioFrom } from "../../../../dist/load/scenario/index.js";
import { LocalQueue } from "../../../../dist/load/workers/local-queue.js";
import type { ClientConnection, WorkerRouter } from "../../../../dist/load/workers/index.js";
import type { ChannelPacket } from "../../../../dist/platform/live/index.js";
import { createTaskGroup } from "../../../../dist/platform/live/index.js";
import { Arena } from "../../../../dist/platform/sync/index.js";
import { withArrivals, type Arrivals } from "../../../support/scenario/shapes.js";

const never = (): never => assert.fail("a worker that was refused does nothing");

/** Client threads whose platform refuses each worker after the next of `stays`, ms. */
function simulation(arrivals: Arrivals, threads: number, stays: readonly number[]) {
  const clock = { time: 0, now: () => clock.time };
  const { reactor } = Arena.create({
    slots: 1,
    wideSlots: 1,
    wideRingBytes: 1 << 12,
    clock,
    driver: { requestTurn: () => undefined },
  });
  const behaviours = { only: { weight: 1, actions: 1, thinkTime: "100ms" } };
  const plan = buildPlan(scenarioFrom(withArrivals(arrivals, { behaviours }), "test").scenario);
  const recorder = createRecorder({ thread: "test", originMs: 0 });
  const begun: number[] = [];
  const inboxes = new Map<ClientConnection, LocalQueue<ChannelPacket>>();
  const router: WorkerRouter = {
    connect(registrationId) {
      const inbox = new LocalQueue<ChannelPacket>(reactor);
      const connection: ClientConnection = { registrationId, inbox, agentId: undefined, state: "connected" };
      inboxes.set(connection, inbox);
      return connection;
    },
    send(connection, packet_type) {
      assert.equal(packet_type, "register_agent");
      const stay = stays[begun.length % stays.length] ?? never();
      begun.push(Number.parseInt(connection.registrationId, 10));
      reactor.at(clock.time + stay, () =>
        inboxes.get(connection)?.push({
          packet_type: "agent_details",
          subject_id: connection.registrationId,
          data: { failure_reason: "refused" },
        } as unknown as ChannelPacket),
      );
    },
    forget: () => undefined,
    disconnect: never,
    reportLost: never,
  };
  const taskGroup = createTaskGroup((name, error) => assert.fail(`${name}: ${String(error)}`));
  const context = {
    ...{
      reactor,
      recorder,
      router,
      originMs: 0,
      prefix: "",
      sendsUpdates: true,
      waitsForTask: false,
      leavesWhenDone: false,
    },
    onboarding: { rightAnswer: {}, wrongAnswer: {} },
    ...{ taskAnswer: {}, evidenceOf: never, acknowledged: never, onUnplannedUnit: never, returnUnit: never },
  };
  const parts = Array.from({ length: threads }, (_, shard) =>
    startArrivals({ plan, shard, shards: threads, taskGroup, context }),
  );
  const counters = new Map<string, number>();
  const count = (name: CounterName): number => {
    for (const each of recorder.take().counters) counters.set(each.name, (counters.get(each.name) ?? 0) + each.count);
    return counters.get(name) ?? 0;
  };
  return {
    plan,
    clock,
    begun,
    count,
    done: () => parts.every((part) => part.done()),
    stop: () => parts.forEach((part) => part.stop()),
    live: () => count("workers_started") - count("workers_finished"),
    /** Everything that is due at the next time; false when nothing is. */
    step(): boolean {
      const { nextDue } = reactor.timers;
      if (nextDue === Infinity) return false;
      clock.time = Math.max(clock.time, nextDue);
      while (reactor.timers.nextDue <= clock.time || reactor.hasReady) reactor.turn();
      return true;
    },
  };
}

const stays = fc.array(fc.integer({ min: 20, max: 700 }), { minLength: 1, maxLength: 50 });

test("constant-workers: so many are live at each moment of the duration, and nobody begins after it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 100, max: 3000 }),
      fc.integer({ min: 1, max: 5 }),
      stays,
      (workers, durationMs, threads, given) => {
        const arrivals = {
          executor: "constant-workers",
          workers,
          duration: `${durationMs}ms`,
          maxWorkers: 100_000,
        } as const;
        const run = simulation(arrivals, threads, given);
        let atEnd: number | undefined;
        while (run.step()) {
          if (run.clock.time < durationMs) assert.equal(run.live(), workers, `at ${run.clock.time} ms`);
          else {
            atEnd ??= run.begun.length;
            assert.ok(run.live() <= workers);
          }
        }
        assert.equal(run.begun.length, atEnd, "nobody begins after the end");
        assert.ok(run.done());
        assert.equal(run.live(), 0);
        assert.equal(new Set(run.begun).size, run.begun.length, "no worker twice");
        run.stop();
        assert.equal(run.count("workers_cut_off"), 0);
        assert.equal(run.count("workers_missing"), 0);
      },
    ),
    { numRuns: 60 },
  );
});

test("ramping-workers: never more begin than the number asks for, and never fewer are live", () => {
  const stages = [
    { duration: "1s", target: 20 },
    { duration: "1s", target: 5 },
    { duration: "0s", target: 12 },
    { duration: "1s", target: 12 },
  ];
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), stays, (threads, given) => {
      const run = simulation({ executor: "ramping-workers", stages, maxWorkers: 100_000 }, threads, given);
      const [load] = run.plan.closed ?? [];
      assert.ok(load !== undefined);
      const changes = [...load.changes(0, 1)];
      const wanted = (): number => changes.reduce((sum, { at, by }) => sum + (at <= run.clock.time ? by : 0), 0);
      let before = 0;
      while (run.step()) {
        const live = run.live();
        assert.ok(live >= wanted(), `${live} at ${run.clock.time} ms`);
        // Above the number when it has fallen: then nobody begins.
        if (live > wanted()) assert.ok(live <= before, `${live} at ${run.clock.time} ms`);
        before = live;
      }
      assert.ok(run.done());
    }),
    { numRuns: 40 },
  );
});

test("a sequence that ends too early is counted, and the run goes on to its end without new workers", () => {
  const arrivals = { executor: "constant-workers", workers: 4, duration: "1s", maxWorkers: 10 } as const;
  const run = simulation(arrivals, 2, [50]);
  while (run.step());
  assert.equal(run.begun.length, 10);
  assert.equal(run.count("workers_missing"), 4);
  assert.equal(run.clock.time, 1000);
  assert.ok(run.done());
});

test("a run that is stopped cuts off those who are there, and nobody follows them", () => {
  const run = simulation({ executor: "constant-workers", workers: 7, duration: "10s" }, 3, [100]);
  while (run.clock.time < 500) run.step();
  const begun = run.begun.length;
  run.stop();
  assert.ok(run.done());
  assert.equal(run.count("workers_cut_off"), 7);
  while (run.step());
  assert.equal(run.begun.length, begun);
});

test("late workers begin in portions, and their lateness is recorded", () => {
  const run = simulation({ executor: "constant-workers", workers: 1800, duration: "10s" }, 1, [60_000]);
  run.clock.time = 5000;
  while (run.step() && run.clock.time < 10_000);
  assert.equal(run.begun.length, 1800);
});
