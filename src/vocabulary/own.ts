/** Reads records by names from outside, which can be the names of inherited properties, such as `constructor`. */

/** The value of `record` under `key`; undefined when it has no own property of that name. */
export function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
