/** A clock that several machines share: that of a server which each of them can ask for its time. */

/** Shared time = this machine's monotonic time + `offsetMs`, to within ± `uncertaintyMs`. */
export interface ClockOffset {
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
}

/** How a machine reads the shared clock. */
export interface SharedClock {
  /** Asks several times, and estimates. */
  offset(): Promise<ClockOffset>;
}
