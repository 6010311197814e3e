/** Records by names that a file, a peer or the user gives. Such a name can be one that every object inherits, such as `constructor`. */

/** The value of `record` under `key`; undefined where it has none of its own. */
export function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
