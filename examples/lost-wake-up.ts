/**
 * A program for the explorer, with a defect: a task clears the event before it waits for it.
 *
 *     $ npx simulate explore ./lost-wake-up.js
 *     lost-wake-up, sound, exhaustive: VIOLATION
 */
import { define } from "crowdstorm/explore";

export const lostWakeUp = define({
  name: "lost-wake-up",
  description: "a page sets the event after its submit; the task clears the event and then waits for it",
  threads: {
    page: ({ event }) => {
      event("didSubmit").set();
      return null;
    },
    task: ({ event }) => {
      const submitted = event("didSubmit");
      // The event was clear at first, but the page may have set it since the thread began.
      submitted.clear();
      return submitted.wait(1000);
    },
  },
  check: ({ outcomes }) =>
    outcomes["task"] === true ? [] : ["the page has submitted, but the task's wait has timed out"],
});
