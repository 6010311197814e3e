/**
 * Why latency counts from the intended time: the same platform, stalled once for a second, measured with a closed loop
 * and with an open model. Both runs are under simulated time, so the figures are the same on every machine.
 * docs/measuring.md explains them.
 *
 *     latency in ms  updates     p50     p90     p95     p99     max
 *     closed loop        901       1       1       1       1    1001
 *     open model        1000       1     101     551     911    1001
 */
import { Arena, spawn, wait, type Clock, type Steps } from "crowdstorm";

const SECONDS = 10;
const PER_SECOND = 100;
/** The service time of an update, ms. */
const SERVICE_MS = 1;
const STALL = { from: 5000, until: 6000 };

/** Runs coroutines under simulated time, which passes only when no coroutine can run. */
function simulate(start: (simulation: Simulation) => void): void {
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

interface Simulation {
  readonly clock: Clock;
  /** Runs a coroutine. */
  readonly run: (steps: Steps<void>) => void;
  /** Waits until `due`, ms. */
  readonly until: (due: number) => Steps<void>;
}

/** A platform that serves one update at a time, and none while it is stalled. */
function platform({ clock, until }: Simulation): () => Steps<void> {
  let free = 0;
  return function* handle() {
    const now = clock.now();
    const begin = Math.max(now, free);
    free = (begin >= STALL.from && begin < STALL.until ? STALL.until : begin) + SERVICE_MS;
    yield* until(free);
  };
}

/** Sends the next update after the answer to the last one and a pause. Latency counts from the send. */
function closedLoop(latencies: number[]): (simulation: Simulation) => void {
  return (simulation) => {
    const handle = platform(simulation);
    simulation.run(
      (function* () {
        while (simulation.clock.now() < SECONDS * 1000) {
          const sent = simulation.clock.now();
          yield* handle();
          latencies.push(simulation.clock.now() - sent);
          yield* simulation.until(sent + 1000 / PER_SECOND);
        }
      })(),
    );
  };
}

/** Sends on schedule, without waiting for answers. Latency counts from the intended time. */
function openModel(latencies: number[]): (simulation: Simulation) => void {
  return (simulation) => {
    const handle = platform(simulation);
    for (let index = 0; index < SECONDS * PER_SECOND; index++) {
      simulation.run(
        (function* () {
          const intended = (index * 1000) / PER_SECOND;
          yield* simulation.until(intended);
          yield* handle();
          latencies.push(simulation.clock.now() - intended);
        })(),
      );
    }
  };
}

function measure(generator: (latencies: number[]) => (simulation: Simulation) => void): string {
  const latencies: number[] = [];
  simulate(generator(latencies));
  latencies.sort((a, b) => a - b);
  const percentile = (share: number): string =>
    (latencies[Math.ceil(share * latencies.length) - 1] ?? 0).toFixed(0).padStart(7);
  return `${String(latencies.length).padStart(7)} ${[0.5, 0.9, 0.95, 0.99, 1].map(percentile).join(" ")}`;
}

console.log("latency in ms  updates     p50     p90     p95     p99     max");
console.log(`closed loop    ${measure(closedLoop)}`);
console.log(`open model     ${measure(openModel)}`);
