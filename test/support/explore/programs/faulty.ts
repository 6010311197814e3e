/** Programs with a violation, that are not deterministic, or that need an order or a call that the others do not. */
import { define } from "../../../../dist/explore/index.js";

/** The count of executions: a variable of the module, which a program must not use. */
let executions = 0;

export const faulty = [
  define({
    name: "deadlock",
    description: "waits for an event that no thread sets",
    threads: { waiter: ({ event }) => event("didSubmit").wait(), idler: () => null },
    check: () => [],
  }),
  define({
    name: "livelock",
    description: "spins until an event is set that no thread sets",
    threads: {
      spinner: ({ event }) => {
        while (!event("didSubmit").isSet());
        return null;
      },
    },
    check: () => [],
  }),
  define({
    name: "thrower",
    description: "throws",
    threads: {
      thrower: () => {
        throw new TypeError("on purpose");
      },
    },
    check: () => [],
  }),
  define({
    name: "forgetful",
    description: "does something else in every other execution",
    threads: {
      forgetful: ({ event }) => {
        if (executions++ % 2 === 0) event("didSubmit").set();
        else event("didSubmit").clear();
        return [event("didSubmit").isSet(), event("didSubmit").isSet()];
      },
      other: ({ event }) => {
        event("didSubmit").clear();
        event("didSubmit").set();
        return null;
      },
    },
    check: () => [],
  }),
  define({
    name: "overwritten",
    description: "the task's timeout and a return write the agent's final status",
    threads: {
      task: ({ agent }) => {
        try {
          agent().getLiveUpdate(10);
        } catch (error) {
          return (error as Error).name;
        }
        return null;
      },
      "live run": ({ agent }) => {
        agent().updateStatus("returned");
        return null;
      },
    },
    check: ({ outcomes, env }) => {
      const observed = outcomes["task"] === "AgentTimeoutError" ? "timeout" : "returned";
      return env.status() === observed
        ? []
        : [`the task received ${observed}, but the agent's status is ${env.status()}`];
    },
  }),
  define({
    name: "two-preempted",
    description: "has one order with a violation: two threads are preempted, and the second one continues first",
    threads: {
      first: ({ event }) => {
        event("hasLiveUpdate").set();
        return event("hasUpdatedStatus").isSet();
      },
      second: ({ event }) => {
        const began = event("hasLiveUpdate").isSet();
        event("didSubmit").set();
        const continued = event("wantsAction").isSet();
        event("hasUpdatedStatus").set();
        return began && continued;
      },
      third: ({ event }) => {
        const began = event("didSubmit").isSet();
        event("wantsAction").set();
        return began;
      },
    },
    check: ({ outcomes }) => (Object.values(outcomes).includes(false) ? [] : ["each thread saw what was before it"]),
  }),
  define({
    name: "acting",
    description: "calls the deprecated act",
    threads: {
      task: ({ agent }) => agent().act(0) === undefined, // eslint-disable-line @typescript-eslint/no-deprecated -- what is tested
      "live run": ({ mailbox }) => {
        mailbox.append({ n: 1 });
        return null;
      },
    },
    check: () => [],
  }),
];
