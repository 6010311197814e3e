/** Small scenarios with groups and closed models. */
import type { ScenarioInput } from "../../../dist/load/scenario/index.js";

export type Arrivals = NonNullable<ScenarioInput["arrivals"]>;
export type Group = NonNullable<ScenarioInput["groups"]>[string];

const COMMON = {
  name: "shape",
  description: "Workers of one shape.",
  incident: "None.",
  task: {
    blueprint: "chat",
    onboarding: { passRate: 0.8, actions: 1, thinkTime: "50ms" },
    liveUpdateTimeout: "3s",
    submissionTimeout: "3s",
  },
  drainTimeout: "20s",
} as const satisfies Partial<ScenarioInput>;

export const BEHAVIOURS = {
  typing: { weight: 0.7, actions: { uniform: [1, 4] }, thinkTime: { exponential: { mean: "100ms", max: "1s" } } },
  dropping: {
    weight: 0.3,
    actions: 3,
    thinkTime: "100ms",
    disconnect: {
      window: ["500ms", "1500ms"],
      detectionDelay: "50ms",
      reconnect: { probability: 0.5, after: "200ms" },
    },
  },
} as const satisfies Group["behaviours"];

/** A scenario without groups. */
export const withArrivals = (arrivals: Arrivals, more: Partial<ScenarioInput> = {}): ScenarioInput => ({
  ...COMMON,
  arrivals,
  behaviours: BEHAVIOURS,
  ...more,
});

export const withGroups = (
  groups: Readonly<Record<string, Group>>,
  more: Partial<ScenarioInput> = {},
): ScenarioInput => ({
  ...COMMON,
  groups,
  ...more,
});
