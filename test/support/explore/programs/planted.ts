/** Programs with a violation that few interleavings show: whatever leaves orders out must not leave these out. */
import { isDeepStrictEqual as same } from "node:util";
import { define, type Program } from "../../../../dist/explore/index.js";

export const planted: readonly Program[] = [
  define({
    name: "between-two-looks",
    description: "both events are raised after the first look and before the second",
    threads: {
      raiser: ({ event }) => {
        event("didSubmit").set();
        event("wantsAction").set();
        return null;
      },
      looker: ({ event }) => [event("didSubmit").isSet(), event("wantsAction").isSet()],
    },
    check: ({ outcomes }) => (same(outcomes["looker"], [false, true]) ? ["the second without the first"] : []),
  }),
  define({
    name: "raised-and-lowered",
    description:
      "the event is raised and lowered again between the ticket and its use, and both others look while it is up",
    threads: {
      raiser: ({ event }) => {
        event("didSubmit").set();
        event("didSubmit").clear();
        return null;
      },
      epoch: ({ event }) => event("didSubmit").clearIfUnchanged(event("didSubmit").epoch()),
      looker: ({ event }) => event("didSubmit").isSet(),
    },
    check: ({ outcomes, env }) =>
      outcomes["epoch"] === false && outcomes["looker"] === true && !env.event("didSubmit").isSet()
        ? ["seen up, and not lowered by the ticket"]
        : [],
  }),
  define({
    name: "ticket-after-look",
    description: "the ticket is taken after the look, so that what comes in between is waited for in vain",
    threads: {
      raiser: ({ event }) => {
        event("didSubmit").set();
        return null;
      },
      waiter: ({ event }) => {
        const submitted = event("didSubmit");
        return submitted.isSet() || submitted.waitSince(submitted.epoch(), Infinity);
      },
    },
    check: () => [],
  }),
  define({
    name: "announced-twice",
    description: "two announcements come between a ticket and a wait, and a third thread lowers the flag between them",
    threads: {
      one: ({ event }) => {
        event("didSubmit").notifyAll();
        return null;
      },
      other: ({ event }) => {
        event("didSubmit").set();
        return event("didSubmit").clearIfUnchanged(event("didSubmit").epoch());
      },
      waiter: ({ event }) => {
        const submitted = event("didSubmit");
        const epoch = submitted.epoch();
        const before = submitted.isSet();
        return [before, submitted.waitSince(epoch, 10), submitted.isSet()];
      },
    },
    check: ({ outcomes }) =>
      outcomes["other"] === false && same(outcomes["waiter"], [true, true, true]) ? ["up before and after"] : [],
  }),
  define({
    name: "status-seen-twice",
    description: "the row changes twice while another looks three times, and a third changes it in the middle",
    threads: {
      writer: ({ writeStatus }) => {
        writeStatus("returned");
        writeStatus("disconnect");
        return null;
      },
      third: ({ writeStatus }) => {
        writeStatus("timeout");
        return null;
      },
      looker: ({ status }) => [status(), status(), status()],
    },
    check: ({ outcomes }) =>
      same(outcomes["looker"], ["returned", "timeout", "disconnect"]) ? ["all three were seen, in this order"] : [],
  }),
  define({
    name: "empty-and-then-not",
    description: "a message comes after the consumer has looked and before it takes",
    threads: {
      producer: ({ mailbox }) => {
        mailbox.append(1);
        return null;
      },
      taker: ({ mailbox }) => [mailbox.isEmpty(), mailbox.take() ?? null],
    },
    check: ({ outcomes }) => (same(outcomes["taker"], [true, 1]) ? ["empty, and then it was not"] : []),
  }),
];
