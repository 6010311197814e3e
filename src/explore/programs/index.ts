/** The explorer's own programs. */
export { backPressure, closeReopen, coroutineConsumer, drained, producerConsumer, signal, twoProducers } from "./updates.js";
export { disconnectAppend, everything, foreignStatus, returnTimeout, shutdownAppend, shutdownWaiter, submitDisconnect } from "./endings.js";
