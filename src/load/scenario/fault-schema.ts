/**
 * The faults of a scenario: of the threads of a run, or its simulated threads under virtual time; and of a network, for
 * runs in which the program is the router between workers and a backend (`--listen`).
 */
import { z } from "zod";
import {
  duration,
  durations,
  hyphenated,
  noSuchKind,
  object,
  positiveDuration,
  probability,
  rangeOf,
} from "./fields.js";

/**
 * The writer waits 5 s for its lock; a longer stall would end the run. The rest is a margin for other holders of the
 * lock.
 */
export const MAX_STALL_MS = 4000;

const name = hyphenated
  .optional()
  .describe("Its name in tags, such as during:NAME. Left out: its kind, with a number when there are several.");
const window = rangeOf(duration, "a duration").describe("It begins at a random time in this span of the run.");
const lasts = positiveDuration.describe("How long it lasts; --duration does not stretch it.");
const thread = z
  .enum(["client", "task"], 'must be "client" or "task"')
  .describe("One of the threads that carry simulated workers, or of those that run tasks; which one is drawn.");
const direction = z
  .enum(["to-platform", "to-clients"], 'must be "to-platform" or "to-clients"')
  .describe("Which direction of the channels.");

const route = z
  .enum(["to-platform", "to-clients"], 'must be "to-platform" or "to-clients"')
  .optional()
  .describe("Which way: from the router to the backend, or to the clients. Left out: both.");
const share = probability.default(1);

/** Faults of the network, of the router, or of the backend's connection. */
const networkKinds = [
  object({
    kind: z.literal("repeat-packets").describe("Packets are sent a second time."),
    name,
    window,
    lasts,
    direction: route,
    probability: share.describe("The share of packets that are sent a second time."),
    delay: duration.default(500).describe("How much later the second one is sent."),
  }),
  object({
    kind: z.literal("delay-packets").describe("Packets are late."),
    name,
    window,
    lasts,
    direction: route,
    probability: share.describe("The share of packets that are late; those of one agent stay in order."),
    delay: durations.describe("How late they are."),
  }),
  object({
    kind: z.literal("lose-packets").describe("Packets never arrive."),
    name,
    window,
    lasts,
    direction: route,
    probability: share.describe("The share of packets that never arrive."),
  }),
  object({
    kind: z.literal("reorder-packets").describe("Packets of an agent are out of order."),
    name,
    window,
    lasts,
    direction: route,
    probability: share.describe("The share of packets that are overtaken by the next one of their agent."),
  }),
  object({
    kind: z.literal("close-backend").describe("The backend's connection to the router is closed."),
    name,
    window,
    lasts: lasts.describe("How long the backend cannot connect again."),
    answer: z
      .literal(["refused", "cut", 502, 503, 504], 'must be "refused", "cut", 502, 503 or 504')
      .default("refused")
      .describe(
        "What it gets meanwhile: refused: nothing listens; cut: its connection is closed in the handshake; or a status.",
      ),
    meanwhile: z
      .enum(["kept", "lost"], 'must be "kept" or "lost"')
      .default("lost")
      .describe("What happens to packets for the backend; Mephisto's router loses them."),
  }),
  object({
    kind: z.literal("stale-statuses").describe("The router answers with old statuses."),
    name,
    window,
    lasts: lasts.describe("How long the router answers with the statuses that it had at the beginning."),
  }),
  object({
    kind: z.literal("half-open-sockets").describe("Sockets of clients die without a close."),
    name,
    window,
    lasts: lasts.describe("After that the clients notice, and open a new socket."),
    share: share.describe("The share of the clients that are there whose socket dies without a close."),
  }),
  object({
    kind: z.literal("ignore-heartbeats").describe("The router finds no lost client."),
    name,
    window,
    lasts: lasts.describe("How long the router does not look at the age of heartbeats: it finds no lost client."),
  }),
  object({
    kind: z.literal("second-tab").describe("Workers open the task in a second tab."),
    name,
    window,
    lasts: lasts.describe("Workers that register in this time are concerned."),
    share: share.describe("The share of them that opens the task in a second tab, which registers the same."),
    delay: duration.default(1000).describe("How much later."),
  }),
] as const;

const kinds = [
  object({ kind: z.literal("kill-thread").describe("A thread ends, with all that it holds."), name, window, thread }),
  object({ kind: z.literal("pause-thread").describe("A thread stops for a while."), name, window, thread, lasts }),
  object({
    kind: z.literal("stall-database").describe("The database commits nothing for a while."),
    name,
    window,
    lasts: lasts.refine((ms) => ms <= MAX_STALL_MS, "must be at most 4s"),
  }),
  object({
    kind: z.literal("delay-wakeups").describe("Wake-ups are late."),
    name,
    window,
    direction,
    lasts,
    delay: positiveDuration.describe("How much later a wake-up comes."),
  }),
  object({
    kind: z.literal("drop-wakeups").describe("Wake-ups never come."),
    name,
    window,
    direction,
    lasts,
    probability: probability.describe("The share of wake-ups that never come."),
  }),
  object({
    kind: z.literal("jump-clock").describe("The run's clock jumps ahead."),
    name,
    window,
    by: positiveDuration
      .refine(Number.isInteger, "must be a whole number of milliseconds")
      .describe("How far the run's clock jumps ahead. It is monotonic: it never goes back."),
  }),
  ...networkKinds,
] as const;

export const faults = z
  .array(
    z.discriminatedUnion("kind", kinds, {
      error: noSuchKind(
        "kind",
        kinds.map(({ shape }) => shape.kind.value),
      ),
    }),
    "must be a list of faults",
  )
  .default([])
  .describe("Faults during the run: of threads, database and clock, or, with --listen, of the network.");

/** A fault as the scenario has it: durations in ms. */
export type Fault = z.output<typeof faults>[number];
