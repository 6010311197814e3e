/** The field `groups`, and what must hold for all groups together. */
import { z } from "zod";
import { arrivals } from "./arrivals-schema.js";
import { behaviours } from "./behaviour-schema.js";
import { duration, hasFewNames, IDENTIFIER, object, TOO_MANY_NAMES } from "./fields.js";
import { groupsOf, isClosed, sizeOf, type Grouped } from "./load-groups.js";
import { MAX_NAME, MAX_WORKERS } from "./scenario-limits.js";

const isName = (name: string): boolean => IDENTIFIER.test(name) && name.length <= MAX_NAME;

/** The field `groups`. */
export const groups = z
  .record(
    z.string(),
    object({
      startTime: duration
        .default(0)
        .describe(
          "When the group begins. All times of the group are relative to that. Above 0, the group is a phase for tags, such as during:NAME.",
        ),
      arrivals,
      behaviours,
    }),
    "must be a mapping of names to groups",
  )
  .refine(hasFewNames, TOO_MANY_NAMES)
  .superRefine((byName, context) => {
    const names = Object.keys(byName);
    if (names.length === 0) context.addIssue({ code: "custom", message: "must have at least one group" });
    for (const name of names.filter((each) => !isName(each))) {
      const message = `needs a name of lower-case words joined by hyphens, with at most ${MAX_NAME} characters`;
      context.addIssue({ code: "custom", path: [name], message });
    }
  })
  .describe("Groups of workers on one platform, in the place of arrivals and behaviours.");

/** Reports what a scenario without groups lacks; nothing that needs the groups is checked then. */
export function requireArrivals(read: Grouped, context: z.RefinementCtx): void {
  if (read.groups !== undefined) return;
  const report = (field: "arrivals" | "behaviours", message: string): void => {
    if (read[field] === undefined) context.addIssue({ code: "custom", path: [field], message, fatal: true });
  };
  report("arrivals", "must be a mapping of keys to values");
  report("behaviours", "must be a mapping of names to behaviours");
}

/** For {@link requireArrivals}: with the problems of other fields, if it is a mapping at all. */
export const WHEN_MAPPING = {
  when: ({ value }: { readonly value: unknown }): boolean =>
    typeof value === "object" && value !== null && !Array.isArray(value),
};

/** Reports what is wrong with the groups of a scenario together. */
export function checkGroups(
  read: Grouped & { readonly task: { readonly unitsPerAssignment: number } },
  context: z.RefinementCtx,
): void {
  const report = (path: readonly string[], message: string): void =>
    context.addIssue({ code: "custom", path: [...path], message });
  for (const field of ["arrivals", "behaviours"] as const) {
    if (read.groups !== undefined && read[field] !== undefined)
      report([field], "must be in each of the groups, not beside them");
  }
  const field = read.groups === undefined ? "arrivals" : "groups";
  const all = groupsOf(read);
  const sizes = all.map((group) => sizeOf(group.arrivals));
  const workers = sizes.reduce((sum, size) => sum + size, 0);
  // A single group that has too many is reported where its arrivals are.
  if (workers > MAX_WORKERS && sizes.every((size) => size <= MAX_WORKERS))
    report([field], `all groups together have ${workers} workers; a run can have ${MAX_WORKERS}`);
  const { unitsPerAssignment } = read.task;
  if (workers > 0 && workers < unitsPerAssignment && all.every((group) => isClosed(group.arrivals)))
    report(
      [field],
      `an assignment never begins: it takes ${unitsPerAssignment} workers at once (task.unitsPerAssignment), and at most ${workers} are kept`,
    );
}
