/** The explorer's own programs. */
export { backPressure, closeReopen, coroutineConsumer, producerConsumer, twoProducers } from "./updates.js";
export { disconnectAppend, everything, foreignStatus, returnTimeout, shutdownWaiter, submitDisconnect } from "./endings.js";
