/**
 * Calls of prepared statements with their values one by one: the engine has a fast way into a native function for those, and none for
 * a list of arguments that it has to spread.
 */
import type Sqlite from "better-sqlite3";

/** What statements here are given. */
export type Value = string | number;

/** For reads alone: better-sqlite3's `get` does not tell when the commit of a statement that writes has failed; `run` does. */
export function getRow<Row>(statement: Sqlite.Statement<Value[], Row>, values: readonly Value[]): Row | undefined {
  const [a, b, c, d, e] = values;
  switch (values.length) {
    case 1:
      return statement.get(a as Value);
    case 2:
      return statement.get(a as Value, b as Value);
    case 3:
      return statement.get(a as Value, b as Value, c as Value);
    case 4:
      return statement.get(a as Value, b as Value, c as Value, d as Value);
    case 5:
      return statement.get(a as Value, b as Value, c as Value, d as Value, e as Value);
    default:
      return statement.get(...values);
  }
}

export function runWith(statement: Sqlite.Statement<Value[]>, values: readonly Value[]): Sqlite.RunResult {
  const [a, b, c, d, e] = values;
  switch (values.length) {
    case 1:
      return statement.run(a as Value);
    case 2:
      return statement.run(a as Value, b as Value);
    case 3:
      return statement.run(a as Value, b as Value, c as Value);
    case 4:
      return statement.run(a as Value, b as Value, c as Value, d as Value);
    case 5:
      return statement.run(a as Value, b as Value, c as Value, d as Value, e as Value);
    default:
      return statement.run(...values);
  }
}
