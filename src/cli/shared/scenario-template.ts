/** The scenario that `simulate init` writes. Its comments explain each field. */
import { stringify } from "yaml";

export interface TemplateOptions {
  /** The scenario's name. */
  readonly name: string;
  /** The JSON Schema for editors: a URL, or a path relative to the file's directory. */
  readonly schema: string;
  /** The document that lists the metrics: a path relative to the file's directory. */
  readonly metrics: string;
}

export function scenarioTemplate({ name, schema, metrics }: TemplateOptions): string {
  return `# yaml-language-server: $schema=${schema}
#
# Durations have a unit: 250ms, 1.5s, 2m. Wherever a time or a number varies, write one value, or one of
#   { uniform: [from, to] }   { exponential: { mean } }   { normal: { mean, sd } }   { lognormal: { median, p95 } }
# The last three also take a max, which limits larger values.
name: ${stringify(name).trimEnd()}
description: Workers arrive, chat and submit; one in ten loses the connection for a moment.
incident: >-
  The incident in real life that this scenario models.

# When workers arrive: at these rates, whether or not the platform keeps up (an open model).
# The area under the rates is the number of workers: here 20 + 60. --workers scales the rates, and --duration
# scales the stages.
arrivals:
  startRate: 0 # arrivals a second
  stages:
    - { duration: 2s, target: 20 } # the rate changes linearly to the target
    - { duration: 3s, target: 20 } # and stays there

task:
  blueprint: chat # or remote-procedure, or static (which takes no live updates, only the submit)
  unitsPerAssignment: 1 # more than 1: workers share an assignment, and wait for each other
  onboarding: # optional: a test before the first unit
    passRate: 0.95 # the other workers are rejected
    actions: 1 # live updates before the submit
    thinkTime: { lognormal: { median: 100ms, p95: 400ms, max: 1s } }
  liveUpdateTimeout: 3s # the task ends an agent that sends no live update for this time
  submissionTimeout: 3s # the same for the submit

# What workers do. The weights sum to 1. Each behaviour has exactly one of these ends:
#   actions: the number of live updates before the submit
#   return: { afterActions: the number of live updates before the worker returns the unit }
#   idle: { afterActions: the number of live updates before the worker sends nothing more, until the timeout }
behaviours:
  diligent:
    weight: 0.85
    actions: { uniform: [3, 6] }
    thinkTime: { lognormal: { median: 200ms, p95: 600ms, max: 1500ms } }
  unlucky: # the connection drops at a time in the window, and in most cases comes back
    weight: 0.1
    actions: { uniform: [3, 6] }
    thinkTime: { lognormal: { median: 200ms, p95: 600ms, max: 1500ms } }
    disconnect:
      window: [1s, 4s] # relative to the start of the run
      detectionDelay: 250ms
      reconnect: { probability: 0.8, after: { exponential: { mean: 500ms, max: 2s } } }
  silent:
    weight: 0.05
    idle: { afterActions: { uniform: [0, 2] } }
    thinkTime: 200ms

# Conditions on metrics, as in k6. When one fails, the exit code is 99. The metrics are listed in
# ${metrics}
thresholds:
  live_update_latency: ["p(99)<250"]
  task_completion: ["rate>0.8"] # the share of agents on a unit that completed it
  live_updates_lost: ["count==0"]
  errors: ["count==0"]

# The maximum time from the last arrival and the last window to the end of all work.
drainTimeout: 15s
`;
}
