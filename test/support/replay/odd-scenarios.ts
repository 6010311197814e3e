/** Random scenarios in which as much as possible happens at the same time, for runs of a fraction of a second. */
import fc from "fast-check";
import type { MailboxKind } from "../../../dist/platform/sync/index.js";

export interface OddRun {
  /** The content of a scenario file. */
  readonly scenario: object;
  readonly mailbox: MailboxKind;
  readonly seed: number;
  readonly workers: number;
}

const moment = fc.constantFrom("0s", "0s", "0.001ms", "1ms", "20ms");
const timeout = fc.constantFrom("0.001ms", "0.02ms", "1ms", "20ms", "200ms");
const probability = fc.constantFrom(1, 0.5);

const disconnect = fc
  .record(
    {
      cause: fc.oneof(fc.record({ perAction: probability }), fc.constant({ window: ["0s", "20ms"] })),
      detectionDelay: moment,
      reconnect: fc.record(
        {
          probability,
          after: moment,
          flapping: fc.record({ times: fc.constantFrom(1, 3), online: moment }),
        },
        { requiredKeys: ["probability", "after"] },
      ),
    },
    { requiredKeys: ["cause"] },
  )
  .map(({ cause, ...rest }) => ({ ...cause, ...rest }));

const onboarding = fc.record({ passRate: probability, actions: fc.nat(2), thinkTime: moment });

/** The behaviour of a worker that sends at most `most` live updates. */
const behaviour = (most: number): fc.Arbitrary<object> =>
  fc
    .record(
      {
        end: fc
          .tuple(fc.constantFrom("actions", "return", "idle"), fc.nat(most))
          .map(([how, count]) => ({ [how]: how === "actions" ? count : { afterActions: count } })),
        thinkTime: moment,
        duplicates: probability,
        disconnect,
      },
      { requiredKeys: ["end", "thinkTime"] },
    )
    .map(({ end, ...rest }) => ({ ...end, ...rest }));

const behaviours = (most: number): fc.Arbitrary<object> =>
  fc.oneof(
    behaviour(most).map((all) => ({ all: { weight: 1, ...all } })),
    fc
      .tuple(behaviour(most), behaviour(most))
      .map(([some, others]) => ({ some: { weight: 0.5, ...some }, others: { weight: 0.5, ...others } })),
  );

const scenario = fc
  .record(
    {
      blueprint: fc.constantFrom("chat" as const, "remote-procedure" as const, "static" as const),
      unitsPerAssignment: fc.constantFrom(1, 1, 2, 3),
      onboarding,
      liveUpdateTimeout: timeout,
      submissionTimeout: timeout,
      shutdownAt: moment,
    },
    { requiredKeys: ["blueprint", "unitsPerAssignment", "liveUpdateTimeout", "submissionTimeout"] },
  )
  .chain(({ shutdownAt, ...task }) =>
    behaviours(task.blueprint === "static" ? 0 : 3).map((chosen) => ({
      name: "odd",
      description: "Everything at once.",
      incident: "None.",
      arrivals: { startRate: 20_000, stages: [{ duration: "1ms", target: 20_000 }] },
      task,
      behaviours: chosen,
      ...(shutdownAt !== undefined && { shutdownAt }),
      drainTimeout: "500ms",
    })),
  );

export const oddRun: fc.Arbitrary<OddRun> = fc.record({
  scenario,
  mailbox: fc.constantFrom("sound" as const, "reference" as const),
  seed: fc.nat(1000),
  workers: fc.constantFrom(1, 10, 40),
});
