/** Appends updates to a mailbox and takes them in one thread, alternately with two copies of src/platform/sync. */
import { workerData } from "node:worker_threads";
import type * as Sync from "../platform/sync/index.js";
import { systemClock } from "../platform/sync/index.js";
import { median } from "./statistics.js";
import { answerQuestions } from "../load/measure/floor/index.js";
import { at } from "../vocabulary/index.js";

export interface ControlThread {
  /** The URLs of the copies. */
  readonly shipped: string;
  readonly bare: string;
  readonly shippedFirst: boolean;
}

export interface ControlQuestion {
  /** For each copy. */
  readonly updates: number;
}

/** The first turns are not counted. */
const TURNS = 40;
const WARM_UP = 8;

const { shipped, bare, shippedFirst } = workerData as ControlThread;
const copies: ((updates: number) => number)[] = [];
for (const url of shippedFirst ? [shipped, bare] : [bare, shipped])
  copies.push(openMailboxOf((await import(url)) as typeof Sync));

answerQuestions(
  ({ updates }: ControlQuestion) => {
    const times: [number[], number[]] = [[], []];
    for (let turn = 0; turn < TURNS; turn++) {
      // The order alternates.
      for (const place of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        const took = at(copies, place)(updates / TURNS);
        if (turn >= WARM_UP) times[place].push(took);
      }
    }
    const [first, second] = times.map((each) => median(each));
    return shippedFirst ? { shipped: first, bare: second } : { shipped: second, bare: first };
  },
  () => undefined,
);

/** A function that appends and takes updates with a copy, and returns the time of one, µs. */
function openMailboxOf({ Arena, openMailbox }: typeof Sync): (updates: number) => number {
  const mailbox = openMailbox(Arena.create({ slots: 1 }).allocate(), "sound");
  return (updates) => {
    const began = systemClock.now();
    for (let n = 0; n < updates; n++) {
      mailbox.append(n);
      mailbox.take();
    }
    return ((systemClock.now() - began) / updates) * 1000;
  };
}
