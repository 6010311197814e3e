/** Looks up the row of an entity: a missing row is an error that names the entity. */
import { NoSuchRowError } from "../agent-errors.js";

/** @throws NoSuchRowError when there is no row */
export function found<Row>(row: Row | undefined, entity: string, id: string): Row {
  if (row === undefined) throw new NoSuchRowError(entity, id);
  return row;
}
