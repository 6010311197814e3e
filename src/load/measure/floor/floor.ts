/**
 * The floor of a run: what the machine itself takes for the two parts of the live-update path, waking another thread
 * and committing a row. Measured in a fraction of a second, before the run's own threads work.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { asDatabaseError } from "../../../platform/db/index.js";
import type { Distribution } from "../index.js";
import { distributionOf } from "../index.js";
import { systemClock } from "../../../platform/sync/index.js";
import type { FloorThread } from "./floor-thread.js";
import { newLane, openLane, pause } from "./handover.js";
import { openRawSqlite } from "./raw-sqlite.js";
import { startThread } from "./threads.js";

/** One floor, with a name and an explanation for the summary. */
export interface Floor {
  readonly name: string;
  readonly doc: string;
  readonly distribution: Distribution;
}

/** The warm-up, in which code is compiled, is not counted. */
const HAND_OVERS = { warmUp: 50, counted: 250 };
const COMMITS = { warmUp: 50, counted: 250 };
/** Between hand-overs, so that the receiver is parked, ms. */
const PAUSE_MS = 1;

/**
 * How long the receiver may take to start, and to park for the next hand-over, ms. Without it this blocked thread could
 * hang.
 */
const START_TIMEOUT_MS = 5000;

/**
 * Measures the floor in about 0.4 s, and blocks this thread. A floor whose thread fails is omitted: the figures of the
 * run do not depend on it.
 * @param directory where the run's database is: a second one is created there, on the same disk, and removed
 */
export async function measureFloor(directory: string): Promise<Floor[]> {
  const wakeUps = await handOvers(new URL("./floor-thread.js", import.meta.url));
  return [
    ...(wakeUps === undefined
      ? []
      : [
          {
            name: "thread wake-up",
            doc: "one way from thread to thread by bare Atomics.wait and notify, at low load",
            distribution: wakeUps,
          },
        ]),
    {
      name: "SQLite commit",
      doc: "a status update committed by SQLite alone, one in a transaction",
      distribution: commits(join(directory, "floor.db")),
    },
  ];
}

/** Hands over to a thread with the code at `entry`; undefined when it does not start or fails. */
export async function handOvers(entry: URL, timeoutMs = START_TIMEOUT_MS): Promise<Distribution | undefined> {
  const data: FloorThread = { lane: newLane(), sentAt: new SharedArrayBuffer(8) };
  const thread = startThread<number, Float64Array>(entry, data);
  try {
    const messages = HAND_OVERS.warmUp + HAND_OVERS.counted;
    const answer = thread.ask(messages).catch(() => undefined);
    const lane = openLane(data.lane);
    const sentAt = new Float64Array(data.sentAt);
    for (let n = 1; n <= messages; n++) {
      if (!lane.untilParked(n, timeoutMs)) return undefined;
      if (n > HAND_OVERS.warmUp) pause(PAUSE_MS);
      sentAt[0] = systemClock.now();
      lane.send(n);
    }
    const samples = await answer;
    return samples === undefined ? undefined : distributionOf(samples.subarray(HAND_OVERS.warmUp));
  } finally {
    await thread.end();
  }
}

/** @throws DatabaseError */
function commits(path: string): Distribution {
  try {
    return timed(path);
  } catch (error) {
    throw asDatabaseError(error, path, "measuring the floor");
  } finally {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
  }
}

function timed(path: string): Distribution {
  const raw = openRawSqlite(path, 1);
  try {
    const samples = Float64Array.from({ length: COMMITS.warmUp + COMMITS.counted }, () => {
      const began = systemClock.now();
      raw.update(1);
      return systemClock.now() - began;
    });
    return distributionOf(samples.subarray(COMMITS.warmUp));
  } finally {
    raw.close();
  }
}
