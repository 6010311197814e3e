/**
 * A baton that threads hand to each other: whoever has it runs, the others wait for it. This is how the explorer runs real
 * threads one at a time. It is not under the explorer's own control, so it stands on bare Atomics.
 *
 * One word a participant: 1 means that the baton lies there. The hand-over orders everything the giver did before
 * everything the taker does after, so what they share needs no other synchronisation.
 */

/** How often to look before going to sleep. A thread that gets the baton back soon saves itself a system call. */
const SPIN_LIMIT = 100;

/** Gives the baton to participant `to`. The giver must not run on, but for awaiting it. */
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
