/** Programs with a violation that few interleavings show. A reduction must not omit these. */
import { isDeepStrictEqual as same } from "node:util";
import { define, type Program } from "../../../../dist/explore/index.js";

export const planted: readonly Program[] = [
  define({
    name: "between-two-reads",
    description: "both events are set after the first read and before the second",
    threads: {
      setter: ({ event }) => {
        event("didSubmit").set();
        event("wantsAction").set();
        return null;
      },
      reader: ({ event }) => [event("didSubmit").isSet(), event("wantsAction").isSet()],
    },
    check: ({ outcomes }) => (same(outcomes["reader"], [false, true]) ? ["the second without the first"] : []),
  }),
  define({
    name: "set-and-cleared",
    description:
      "the event is set and cleared again between the epoch and its use, and both others read it while it is set",
    threads: {
      setter: ({ event }) => {
        event("didSubmit").set();
        event("didSubmit").clear();
        return null;
      },
      epoch: ({ event }) => event("didSubmit").clearIfUnchanged(event("didSubmit").epoch()),
      reader: ({ event }) => event("didSubmit").isSet(),
    },
    check: ({ outcomes, env }) =>
      outcomes["epoch"] === false && outcomes["reader"] === true && !env.event("didSubmit").isSet()
        ? ["seen set, and not cleared by the epoch"]
        : [],
  }),
  define({
    name: "epoch-after-read",
    description: "the epoch is read after the event, so that a set between the two is lost",
    threads: {
      setter: ({ event }) => {
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
    name: "notified-twice",
    description: "two notifications come between an epoch and a wait, and a third thread clears the flag between them",
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
      outcomes["other"] === false && same(outcomes["waiter"], [true, true, true]) ? ["set before and after"] : [],
  }),
  define({
    name: "status-seen-twice",
    description: "a thread reads the row three times while another changes it twice, and a third changes it between",
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
      reader: ({ status }) => [status(), status(), status()],
    },
    check: ({ outcomes }) =>
      same(outcomes["reader"], ["returned", "timeout", "disconnect"])
        ? ["all three statuses were read, in this order"]
        : [],
  }),
  define({
    name: "empty-and-then-not",
    description: "a message arrives after the consumer has checked the queue and before it takes",
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
