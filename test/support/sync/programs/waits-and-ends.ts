/** Waits on the main thread: only the wait keeps the process alive, and nothing does afterwards. */
import { Arena, neverAbsent, openMailbox, suspend } from "../../../../dist/platform/sync/index.js";

const slot = Arena.create({ slots: 1 }).slot(0);
const first = await slot.event("didSubmit").waitAsync(50);
const mailbox = openMailbox(slot);
await suspend(mailbox.waitForChangeSteps(10, neverAbsent));
const set = slot.event("didSubmit").waitAsync(1e9);
setTimeout(() => slot.event("didSubmit").set(), 10);
console.log(`timed out: ${!first}, set: ${await set}`);
