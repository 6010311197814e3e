/** A metric with tags as it is written: `live_update_latency{behaviour:unaffected,during:storm}`. */
import { closest } from "fastest-levenshtein";
import { isMetric, METRICS, tagsOf, type MetricName } from "./metrics.js";
import { formatTags, PHASES, TAG_NAMES, type TagSelector } from "./tags.js";
import { ThresholdError } from "./threshold-error.js";

const TAGGED = /^\s*(?<name>[^{}]*?)\s*(?:\{(?<tags>.*)\}\s*)?$/s;

/** The metric and its tags. Whether the run has what the tags name is not checked. @throws ThresholdError */
export function parseTaggedMetric(text: string): { readonly metric: MetricName; readonly tags: TagSelector } {
  const { name, tags } = TAGGED.exec(text)?.groups ?? {};
  if (name === undefined)
    throw new ThresholdError(`"${text}" is no metric with tags; write it as live_update_latency{behaviour:NAME}`);
  if (name === "") throw new ThresholdError(`"${text}" has no metric; write it as live_update_latency{behaviour:NAME}`);
  if (!isMetric(name))
    throw new ThresholdError(`there is no metric "${name}"; did you mean "${closest(name, Object.keys(METRICS))}"?`);
  return { metric: name, tags: tags === undefined ? {} : parseTags(name, tags) };
}

/** A metric with tags in the one way that reports write it; undefined for what is none. */
export function normalizedMetric(text: string): string | undefined {
  try {
    const { metric, tags } = parseTaggedMetric(text);
    return metric + formatTags(tags);
  } catch (error) {
    if (error instanceof ThresholdError) return undefined;
    throw error;
  }
}

function parseTags(metric: MetricName, text: string): TagSelector {
  const selector: Partial<Record<keyof TagSelector, string>> = {};
  for (const part of text.split(",")) {
    const colon = part.indexOf(":");
    const tag = part.slice(0, colon).trim();
    const value = part.slice(colon + 1).trim();
    if (colon === -1 || value === "")
      throw new ThresholdError(`"${part.trim()}" is no tag of ${metric}; write ${describeTags(metric)}`);
    const name = TAG_NAMES.find((known) => known === tag);
    if (name === undefined)
      throw new ThresholdError(`there is no tag "${tag}" of ${metric}; write ${describeTags(metric)}`);
    if (!tagsOf(metric).includes(name)) throw new ThresholdError(whyUntagged(metric, name));
    if (selector[name] !== undefined) throw new ThresholdError(`${metric} has the tag "${name}" twice`);
    selector[name] = value;
  }
  return selector;
}

/** "behaviour:NAME, before:NAME, during:NAME or after:NAME". */
function describeTags(metric: MetricName): string {
  const tags = tagsOf(metric).map((name) => `${name}:NAME`);
  if (tags.length === 0) return "the metric without braces: it has no tags";
  return tags.length === 1 ? tags.join("") : `${tags.slice(0, -1).join(", ")} or ${tags.at(-1)}`;
}

function whyUntagged(metric: MetricName, tag: keyof TagSelector): string {
  const has = tagsOf(metric);
  const why = tag === "behaviour" ? "it is measured for no single worker" : "it is known only for the run as a whole";
  return `${metric} has no tag "${tag}": ${why}; ${has.length === 0 ? "write it without braces" : `it has ${PHASES.join(", ")}`}`;
}

/** The metric without its tags. */
export function untagged(metric: string): string {
  return metric.replace(/\{.*$/s, "");
}
