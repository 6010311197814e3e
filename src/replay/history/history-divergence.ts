/** Where a repetition parts from the record, and what a code does that the record does not go on to. */

/** Thrown out of the repetition by the first thing that differs: nothing that comes later means anything. */
export class HistoryDivergence extends Error {
  override readonly name = "HistoryDivergence";

  /**
   * @param number the place in the order of the agent's slot
   * @param recorded what is there in the record
   * @param repeated what came in the repetition
   */
  constructor(
    readonly agentId: string,
    readonly number: number,
    readonly recorded: string,
    readonly repeated: string,
  ) {
    super(`agent ${agentId} differs at operation ${number}: recorded ${recorded}, repeated ${repeated}`);
  }
}

/** Ends the code of a call whose record ends in the middle, because its thread was killed: what it did next is not known. */
export class EndOfRecord extends Error {
  override readonly name = "EndOfRecord";
}
