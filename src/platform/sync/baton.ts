/**
 * A baton that threads pass to each other: the thread that has it runs, the others wait. The explorer runs real threads
 * one at a time by it. It is not under the explorer's own control, so it uses Atomics directly.
 *
 * One word per participant: 1 means that this participant has been given the baton. Passing it orders all earlier
 * operations of the giver before all later operations of the receiver, so their shared memory needs no other
 * synchronization.
 */

/** How many reads before sleeping. A thread that gets the baton back soon saves a system call. */
const SPIN_LIMIT = 100;

/** Passes the baton to participant `to`. The caller must do nothing afterwards but wait for the baton. */
export function passBaton(cells: Int32Array, to: number): void {
  Atomics.store(cells, to, 1);
  Atomics.notify(cells, to, 1);
}

/** Waits until participant `me` is given the baton, and takes it. False when `timeoutMs` (real time) passed first. */
export function awaitBaton(cells: Int32Array, me: number, timeoutMs = Infinity): boolean {
  for (let spins = 0; spins < SPIN_LIMIT; spins++) {
    if (Atomics.load(cells, me) === 1) break;
  }
  while (Atomics.load(cells, me) !== 1) {
    if (Atomics.wait(cells, me, 0, timeoutMs) === "timed-out") return false;
  }
  Atomics.store(cells, me, 0);
  return true;
}
