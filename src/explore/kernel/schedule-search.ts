/** The interface of the strategies to the exploration. */

/** A point on the path of an exhaustive exploration by traces. All but `thread` are bit masks of threads. */
export interface Branch {
  /** The thread that was chosen here last. */
  thread: number;
  readonly enabled: number;
  /** Sleep set: everything that follows their steps was explored before this point was reached. */
  readonly sleeping: number;
  /** To be chosen here, and chosen already. */
  backtrack: number;
  done: number;
}

/** What another search needs to continue: branches, executed schedules, or the number of the next schedule. */
export type Resumption =
  | { readonly frontier: readonly Branch[] }
  | { readonly learned: readonly string[] }
  | { readonly from: number };

/** Executes the schedules of a strategy, one after the other. */
export interface ScheduleSearch {
  /**
   * Executes the next schedule. Returns how it ended ({@link END}); END.running when none was executed and the search
   * is not finished; undefined when it is finished.
   */
  next(): number | undefined;
  /** Hash of the trace of the last execution; absent by states. */
  readonly trace?: number;
  /** By states: the states that the present pass has found. */
  readonly states?: number;
  /** By states: the steps between states that all passes have computed. */
  readonly transitions?: number;
  resumption(): Resumption;
}
