/** The scenario that `simulate init` writes: small, complete, and commented so that it can be changed without the manual. */
import { stringify } from "yaml";

export interface TemplateOptions {
  /** The scenario's name. */
  readonly name: string;
  /** Where an editor finds the JSON Schema: a URL, or a path from the file's directory. */
  readonly schema: string;
}

export function scenarioTemplate({ name, schema }: TemplateOptions): string {
  return `# yaml-language-server: $schema=${schema}
#
# Durations have a unit: 250ms, 1.5s, 2m. Wherever a time or a number varies, write one value, or one of
#   { uniform: [from, to] }   { exponential: { mean } }   { normal: { mean, sd } }   { lognormal: { median, p95 } }
# the last three also take a max, that larger draws are cut to.
name: ${stringify(name).trimEnd()}
description: Workers arrive, chat and submit; one in ten loses the connection for a moment.
incident: >-
  What happened, or might happen, in real life: the reason for running this at all.

# When workers arrive. They come at these rates whether or not the platform keeps up (an open model).
# The area under the rates is the number of workers: here 20 + 60. --workers scales the rates, --duration stretches the stages.
arrivals:
  startRate: 0 # arrivals a second
  stages:
    - { duration: 2s, target: 20 } # the rate moves evenly to its target…
    - { duration: 3s, target: 20 } # …and stays there

task:
  blueprint: chat # or remote-procedure, or static (which takes no live updates, only the submit)
  unitsPerAssignment: 1 # more than 1: workers share an assignment, and wait for each other
  onboarding: # leave out if workers start right away
    passRate: 0.95 # the others are sent home
    actions: 1 # live updates before the submit
    thinkTime: { lognormal: { median: 100ms, p95: 400ms, max: 1s } }
  liveUpdateTimeout: 3s # how long the task waits for the next live update before it gives up on the agent
  submissionTimeout: 3s # how long it waits for the submit

# What workers do. The weights sum to 1. Each behaviour ends in exactly one way:
#   actions: so many live updates, then submit
#   return: { afterActions: so many }, then give the unit back
#   idle: { afterActions: so many }, then nothing more, until the task's patience is over
behaviours:
  diligent:
    weight: 0.85
    actions: { uniform: [3, 6] }
    thinkTime: { lognormal: { median: 200ms, p95: 600ms, max: 1500ms } }
  unlucky: # the connection drops at some moment of the window; most of those are back soon
    weight: 0.1
    actions: { uniform: [3, 6] }
    thinkTime: { lognormal: { median: 200ms, p95: 600ms, max: 1500ms } }
    disconnect:
      window: [1s, 4s] # counted from the start of the run
      detectionDelay: 250ms
      reconnect: { probability: 0.8, after: { exponential: { mean: 500ms, max: 2s } } }
  silent:
    weight: 0.05
    idle: { afterActions: { uniform: [0, 2] } }
    thinkTime: 200ms

# What the run must measure to pass, as in k6; a failed one is exit code 99. docs/metrics.md lists the metrics.
thresholds:
  live_update_latency: ["p(99)<250"]
  live_updates_lost: ["count==0"]
  errors: ["count==0"]

# How long the run may take to come to rest when the last worker has arrived and the last window is over.
drainTimeout: 15s
`;
}
