/** A small valid scenario, for tests to break in one place at a time. */
export const EXAMPLE = `name: example
description: A scenario to break
incident: none
arrivals:
  startRate: 0
  stages:
    - { duration: 2s, target: 50 }
    - { duration: 1s, target: 50 }
    - { duration: 1s, target: 0 }
task:
  blueprint: chat
  onboarding:
    passRate: 0.9
    actions: { uniform: [0, 2] }
    thinkTime: 100ms
  liveUpdateTimeout: 3s
  submissionTimeout: 3s
behaviours:
  calm:
    weight: 0.5
    actions: { uniform: [2, 6] }
    thinkTime: &think { lognormal: { median: 200ms, p95: 600ms, max: 1s } }
    payloadBytes: { normal: { mean: 60, sd: 30, max: 100 } }
    duplicates: 0.1
  storm:
    weight: 0.3
    actions: 10
    thinkTime: { exponential: { mean: 200ms } }
    disconnect:
      window: [3s, 5s]
      detectionDelay: 100ms
      reconnect: { probability: 0.5, after: { uniform: [0ms, 1s] } }
  flaky:
    weight: 0.1
    return: { afterActions: 3 }
    thinkTime: *think
    disconnect: { perAction: 0.2 }
  silent:
    weight: 0.1
    idle: { afterActions: 1 }
    thinkTime: *think
thresholds:
  live_update_latency: ["p(99)<250"]
drainTimeout: 10s
`;
