/** A mailbox seen through something that notes, delays or changes what is done with it, and is otherwise the mailbox itself. */
import type { Mailbox } from "./mailbox.js";

/** What can be done with a mailbox; the rest is looking. */
type Deeds = Pick<Mailbox, "append" | "take" | "news" | "release" | "shutdown">;

/** `mailbox`, with `instead` in the place of what it names. */
export function wrapMailbox(mailbox: Mailbox, instead: Partial<Deeds>): Mailbox {
  return {
    get signal() {
      return mailbox.signal;
    },
    get isShutdown() {
      return mailbox.isShutdown;
    },
    get size() {
      return mailbox.size;
    },
    get payloadLimit() {
      return mailbox.payloadLimit;
    },
    isEmpty: () => mailbox.isEmpty(),
    append: (value) => mailbox.append(value),
    take: () => mailbox.take(),
    news: (timeoutMs, isAbsent) => mailbox.news(timeoutMs, isAbsent),
    release: () => mailbox.release(),
    shutdown: () => mailbox.shutdown(),
    ...instead,
  };
}
