/**
 * A program for the explorer, with a mistake in it: a task lowers the event before it looks for the last time.
 *
 *     $ simulate explore ./lost-wake-up.js
 *     lost-wake-up, sound, exhaustive: VIOLATION
 */
import { define } from "crowdstorm/explore";

export const lostWakeUp = define({
  name: "lost-wake-up",
  description: "a page announces its submit; the task makes sure that the event is down, and then waits for it",
  threads: {
    page: ({ event }) => {
      event("didSubmit").set();
      return null;
    },
    task: ({ event }) => {
      const submitted = event("didSubmit");
      // Looks harmless: the event was down at first. But the page may have raised it since the thread began.
      submitted.clear();
      return submitted.wait(1000);
    },
  },
  check: ({ outcomes }) => (outcomes["task"] === true ? [] : ["the page has submitted, and the task waited in vain"]),
});
