/** Access to records by names from a file, a peer or the user. Such a name can be that of an inherited property, such as `constructor`. */

/** The value of `record` under `key`; undefined where it has no own property of that name. */
export function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
