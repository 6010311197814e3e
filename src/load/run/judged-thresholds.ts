/** The thresholds that a run judges: those on what can be measured from where it measures. */
import type { Summary } from "../../results/index.js";
import { formatTags, isMeasured, parseThresholds, type Threshold, type Viewpoint } from "../measure/index.js";
import type { Scenario } from "../scenario/index.js";

export interface JudgedThresholds {
  readonly judged: readonly Threshold[];
  /** The others, for the summary: what is not measured is not 0. */
  readonly notJudged: NonNullable<Summary["notChecked"]>;
}

export function judgedThresholds(specs: Scenario["thresholds"], from: Viewpoint): JudgedThresholds {
  const thresholds = parseThresholds(specs);
  const why =
    from === "inside" ? "the metric is measured only over a network" : "the metric cannot be measured from outside";
  return {
    judged: thresholds.filter(({ metric }) => isMeasured(metric, from)),
    notJudged: thresholds
      .filter(({ metric }) => !isMeasured(metric, from))
      .map(({ metric, tags, expression }) => ({
        kind: "threshold",
        id: `${metric}${formatTags(tags)} ${expression}`,
        why,
      })),
  };
}
