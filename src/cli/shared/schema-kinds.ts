/** The files that `simulate schema` has a JSON Schema of. */
export const SCHEMA_KINDS = ["scenario", "summary"] as const;

export interface SchemaArguments {
  readonly kind: (typeof SCHEMA_KINDS)[number];
}
