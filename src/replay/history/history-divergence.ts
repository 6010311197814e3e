/** The errors that end the replay of a history, or of one of its calls. */

/** The replay of an agent differs from its history. It ends there: nothing after the first difference is comparable. */
export class HistoryDivergence extends Error {
  override readonly name = "HistoryDivergence";

  /**
   * @param number the number in the order of the agent's slot
   * @param recorded what the history has there
   * @param replayed what the replay did
   */
  constructor(
    readonly agentId: string,
    readonly number: number,
    readonly recorded: string,
    readonly replayed: string,
  ) {
    super(`agent ${agentId} differs at operation ${number}: recorded ${recorded}, replayed ${replayed}`);
  }
}

/** Ends the code of a call at the end of an incomplete history: its next operations are not known. */
export class EndOfHistory extends Error {
  override readonly name = "EndOfHistory";
}
