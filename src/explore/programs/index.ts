/** The explorer's own programs. */
export {
  backPressure,
  closeReopen,
  coroutineConsumer,
  drained,
  producerConsumer,
  signal,
  threeUpdates,
  twoProducers,
} from "./updates.js";
export {
  disconnectAppend,
  disconnectShutdown,
  everything,
  foreignStatus,
  keptStatus,
  returnTimeout,
  shutdownAppend,
  shutdownWaiter,
  submitDisconnect,
} from "./endings.js";
