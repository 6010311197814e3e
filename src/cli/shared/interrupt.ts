/** Interrupts by the user, such as Ctrl-C. */
import { EXIT } from "../../vocabulary/index.js";

/** Aborts when the user interrupts; a second interrupt ends the process. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.killedByInterrupt);
    controller.abort();
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  // The terminal was closed.
  process.on("SIGHUP", onInterrupt);
  return controller.signal;
}
