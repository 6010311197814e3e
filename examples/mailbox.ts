/**
 * A mailbox between two threads: one sends more than there is room for and retries, the other takes everything in
 * order.
 *
 *     took 10000 updates, in order: true
 */
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { Arena, waitForChangeAsync, MailboxFullError, openMailbox } from "crowdstorm";

const UPDATES = 10_000;

if (isMainThread) {
  const arena = Arena.create({ slots: 1, ringBytes: 4096 });
  const slot = arena.allocate();
  const mailbox = openMailbox(slot);
  new Worker(new URL(import.meta.url), { workerData: { shared: arena.shared, slot: slot.index } });
  let taken = 0;
  let inOrder = true;
  while (taken < UPDATES) {
    await waitForChangeAsync(mailbox);
    for (let update = mailbox.take(); update !== undefined; update = mailbox.take()) inOrder &&= update === taken++;
  }
  console.log(`took ${taken} updates, in order: ${inOrder}`);
} else {
  const { shared, slot } = workerData as { shared: SharedArrayBuffer; slot: number };
  const mailbox = openMailbox(Arena.attach(shared).slot(slot));
  for (let sent = 0; sent < UPDATES; ) {
    try {
      mailbox.append(sent);
      sent++;
    } catch (error) {
      // The mailbox has refused the message. The producer decides when to retry.
      if (!(error instanceof MailboxFullError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}
