/** The one way an entity's row is looked up: its absence is an error that says what was missing. */
import { NoSuchRowError } from "../agent-errors.js";

/** @throws NoSuchRowError when there is no row */
export function found<Row>(row: Row | undefined, entity: string, id: string): Row {
  if (row === undefined) throw new NoSuchRowError(entity, id);
  return row;
}
