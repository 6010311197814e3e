/** Turns what zod found wrong with plain data into problems that say where and what would be right. */
import type { z } from "zod";

/** One thing that is wrong. */
export interface Problem {
  /** The keys and indices from the top of the file. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** The value at `path`, or `undefined` where there is none. */
function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as Readonly<Record<PropertyKey, unknown>>)[key]
        : undefined,
    data,
  );
}

/** `value` for a message: scalars only, shortened. */
function quote(value: unknown): string | undefined {
  if (value !== null && typeof value === "object") return undefined;
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) as string | undefined);
  return text !== undefined && text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/**
 * For a field with several forms, the issues of the only form whose outer type fits. `undefined` when none or several
 * fit.
 */
function issuesOfMatchingForm(forms: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const fitting = forms.filter(
    (issues) => !issues.some(({ code, path }) => code === "invalid_type" && path.length === 0),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

function problemsOf(issue: Issue, data: unknown, above: readonly PropertyKey[]): Problem[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const messages = issue.message.split("\n");
    return issue.keys.map((key, index) => ({ path: [...path, key], message: messages[index] ?? issue.message }));
  }
  if (issue.code === "invalid_union") {
    const issues = issuesOfMatchingForm(issue.errors);
    if (issues) return issues.flatMap((inner) => problemsOf(inner, data, path));
  }
  const value = valueAt(data, path);
  if (value === undefined) return [{ path, message: `is missing: ${issue.message}` }];
  const found = issue.message.startsWith("must be") ? quote(value) : undefined;
  return [{ path, message: found === undefined ? issue.message : `${issue.message}, not ${found}` }];
}

/** The problems that `error` reports about `data`, the plain data that was read. */
export function problemsIn(error: z.ZodError, data: unknown): Problem[] {
  return error.issues.flatMap((issue) => problemsOf(issue, data, []));
}
