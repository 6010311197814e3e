/** A scenario whose capacity under simulated time is the rate of the database: a run of it takes little. */
export const COMMITTING = `
name: committing
description: Workers who only submit.
incident: None.
arrivals: { startRate: 200, stages: [{ duration: 100ms, target: 200 }] }
task: { blueprint: static, liveUpdateTimeout: 1s, submissionTimeout: 1s }
behaviours:
  all: { weight: 1, actions: 0, thinkTime: 10ms }
thresholds: { status_commit_time: ["max<0.5"] }
drainTimeout: 5s
`;
