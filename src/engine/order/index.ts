/** The order in which operations took effect on agents in a run on real threads: recorded by its threads, and carried out again. */
export { describeEnd } from "./describe.js";
export { OrderDivergence } from "./divergence.js";
export { ORDER_DIRECTORY } from "./format.js";
export { addRemains, createJournal, Journal, type JournalPlace } from "./journal.js";
export type { LifeLine } from "./life.js";
export { OrderError, UnknownAgentError } from "./order-error.js";
export { readOrder, type OrderHeader } from "./read.js";
export { OrderRecorder } from "./recorder.js";
export { replayOrder, type EarlyTimeout, type OrderReplay, type OrderReplayOptions } from "./replay.js";
