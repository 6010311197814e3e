/**
 * Why latency is measured from the intended time: the same platform, stalled once for a second, seen by a closed loop and by an
 * open model. Both runs are under simulated time, so that the figures are the same on every machine; docs/measuring.md reads them.
 *
 *     latency in ms  updates     p50     p90     p99     max
 *     closed loop        901       1       1       1    1001
 *     open model        1000       1     101     911    1001
 */
import { Arena, spawn, wait, type Clock, type Steps } from "crowdstorm";

const SECONDS = 10;
const PER_SECOND = 100;
/** What the platform takes for an update, ms. */
const SERVICE_MS = 1;
const STALL = { from: 5000, until: 6000 };

/** Time that passes only when nothing else is left to do. */
function simulate(start: (world: World) => void): void {
  let now = 0;
  const clock: Clock = { now: () => now };
  const { reactor } = Arena.create({ slots: 1, clock, driver: { requestTurn: () => undefined } });
  const run = (steps: Steps<void>): void =>
    spawn(
      steps,
      () => undefined,
      (error) => {
        throw error;
      },
    );
  start({ clock, run, until: (due) => wait(reactor.until(due)) });
  while (!reactor.isIdle) {
    if (!reactor.turn()) now = reactor.timers.nextDue;
  }
}

interface World {
  readonly clock: Clock;
  /** Runs a coroutine. */
  readonly run: (steps: Steps<void>) => void;
  /** Waits until `due`, ms. */
  readonly until: (due: number) => Steps<void>;
}

/** A platform that takes one update at a time, and none while it is stalled. */
function platform({ clock, until }: World): () => Steps<void> {
  let free = 0;
  return function* handle() {
    const now = clock.now();
    const begin = Math.max(now, free);
    free = (begin >= STALL.from && begin < STALL.until ? STALL.until : begin) + SERVICE_MS;
    yield* until(free);
  };
}

/** Sends the next update when the last one was answered and a pause is over. Measures from the sending. */
function closedLoop(latencies: number[]): (world: World) => void {
  return (world) => {
    const handle = platform(world);
    world.run(
      (function* () {
        while (world.clock.now() < SECONDS * 1000) {
          const sent = world.clock.now();
          yield* handle();
          latencies.push(world.clock.now() - sent);
          yield* world.until(sent + 1000 / PER_SECOND);
        }
      })(),
    );
  };
}

/** Sends on schedule, answered or not. Measures from the time at which the schedule has the update. */
function openModel(latencies: number[]): (world: World) => void {
  return (world) => {
    const handle = platform(world);
    for (let index = 0; index < SECONDS * PER_SECOND; index++) {
      world.run(
        (function* () {
          const intended = (index * 1000) / PER_SECOND;
          yield* world.until(intended);
          yield* handle();
          latencies.push(world.clock.now() - intended);
        })(),
      );
    }
  };
}

function measure(generator: (latencies: number[]) => (world: World) => void): string {
  const latencies: number[] = [];
  simulate(generator(latencies));
  latencies.sort((a, b) => a - b);
  const percentile = (share: number): string =>
    (latencies[Math.ceil(share * latencies.length) - 1] ?? 0).toFixed(0).padStart(7);
  return `${String(latencies.length).padStart(7)} ${[0.5, 0.9, 0.99, 1].map(percentile).join(" ")}`;
}

console.log("latency in ms  updates     p50     p90     p99     max");
console.log(`closed loop    ${measure(closedLoop)}`);
console.log(`open model     ${measure(openModel)}`);
