/** Refuses tags of thresholds that the scenario does not have, and spans that one name does not tell apart. */
import type { z } from "zod";
import { parseTaggedMetric } from "../measure/tagged-metric.js";
import { PHASES, type TagSelector } from "../measure/tags.js";
import { ThresholdError } from "../measure/threshold-error.js";
import { behavioursOf } from "./load-groups.js";
import { nearest } from "./nearest.js";
import { MAX_PROBLEMS } from "./scenario-limits.js";
import { namedSpans, type NamedSpan } from "./spans.js";

/** The part of a scenario that tags refer to. */
type TaggedScenario = Parameters<typeof namedSpans>[0] & {
  readonly thresholds: Readonly<Record<string, unknown>>;
  readonly workers?: readonly { readonly behaviour: string }[] | undefined;
};

/** Names that a message lists. */
const MAX_LISTED = 20;

/** Windows of one name and one time are one span; any others need names of their own. */
export function refuseAmbiguousSpans(scenario: TaggedScenario, context: z.RefinementCtx): void {
  const seen = new Map<string, NamedSpan>();
  const times = scenario.faults.map(() => 0);
  const timesOf = (span: NamedSpan): string => JSON.stringify(span.timesOf(times));
  for (const span of namedSpans(scenario)) {
    const other = seen.get(span.name);
    if (other === undefined) seen.set(span.name, span);
    else if (span.isWindow !== true || other.isWindow !== true || timesOf(span) !== timesOf(other))
      context.addIssue({
        code: "custom",
        path: [...span.path],
        message: `has the name "${span.name}", as ${other.what} has: give it another name, with the key name`,
      });
  }
}

/** A tag of a behaviour, a window, a fault or a group that the scenario does not have is a mistake. */
export function refuseUnknownTags(scenario: TaggedScenario, context: z.RefinementCtx): void {
  const behaviours = [
    ...new Set([...Object.keys(behavioursOf(scenario)), ...(scenario.workers ?? []).map(({ behaviour }) => behaviour)]),
  ];
  const spans = namedSpans(scenario);
  const kinds = scenario.groups === undefined ? "window or fault" : "window, fault or group with a startTime";
  for (const tagged of Object.keys(scenario.thresholds).slice(0, MAX_PROBLEMS)) {
    for (const message of problemsOf(tagsOf(tagged), { behaviours, spans, kinds }))
      context.addIssue({ code: "custom", path: ["thresholds", tagged], message });
  }
}

/** The tags of a metric; none when it cannot be read, which is reported with its expressions. */
function tagsOf(tagged: string): TagSelector {
  try {
    return parseTaggedMetric(tagged).tags;
  } catch (error) {
    if (error instanceof ThresholdError) return {};
    throw error;
  }
}

/** What tags can name. `kinds`: what there may be of spans, for messages. */
interface Taggable {
  readonly behaviours: readonly string[];
  readonly spans: readonly NamedSpan[];
  readonly kinds: string;
}

function problemsOf(tags: TagSelector, { behaviours, spans, kinds }: Taggable): string[] {
  const problems: string[] = [];
  if (tags.behaviour !== undefined && !behaviours.includes(tags.behaviour))
    problems.push(`there is no behaviour "${tags.behaviour}"; ${helpFor(tags.behaviour, behaviours)}`);
  for (const phase of PHASES) {
    const name = tags[phase];
    if (name === undefined) continue;
    const span = spans.find((each) => each.name === name);
    if (span === undefined) problems.push(`there is no ${kinds} "${name}"; ${helpForSpan(name, spans)}`);
    else if (phase === "during" && span.isMoment)
      problems.push(`nothing is during "${name}", which is a moment: write before:${name} or after:${name}`);
  }
  return problems;
}

function helpForSpan(name: string, spans: readonly NamedSpan[]): string {
  if (spans.length === 0) return "the scenario has no window of disconnects, fault or shutdown";
  return helpFor(name, [...new Set(spans.map((span) => span.name))]);
}

function helpFor(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const listed = `there are ${known.slice(0, MAX_LISTED).join(", ")}${known.length > MAX_LISTED ? ", …" : ""}`;
  return near === undefined ? listed : `did you mean "${near}"? ${listed}`;
}
