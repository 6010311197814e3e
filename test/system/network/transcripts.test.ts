/**
 * `simulate --listen` among the parties of the recorded conversations, over real sockets: what it sends to the backend
 * and to clients has to be what Mephisto's router sent. `simulate conformance` holds the state machine alone against
 * the same recordings.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  BACKEND,
  readTranscript,
  type Situation,
  type TranscriptOutcome,
} from "../../../dist/platform/server/conformance/index.js";
import { isJsonObject } from "../../../dist/platform/server/protocol/index.js";
import { startListening } from "../../support/backend/listen-run.js";
import { startRouter } from "../../support/backend/router.js";
import { TranscriptPlayer } from "../../support/backend/transcript-player.js";
import { temporaryDirectory } from "../../support/cli/simulate.js";

const RECORDINGS = ["node18-single", "node18-pair", "tiny-single", "node20-single"];

/** The first worker arrives after the recordings have been played. */
const SCENARIO = `
name: recordings
description: No worker while the recordings are played.
incident: None.
arrivals: { startRate: 0, stages: [{ duration: 10m, target: 0.01 }] }
task: { blueprint: chat, liveUpdateTimeout: 3s, submissionTimeout: 3s }
behaviours:
  all: { weight: 1, actions: 1, thinkTime: 60ms }
target: { dialect: chat }
drainTimeout: 1s
`;

function recording(name: string): readonly Situation[] {
  const read = readTranscript(readFileSync(`test/data/mephisto/transcripts/${name}.json`, "utf8"));
  assert(read.ok, "reason" in read ? read.reason : "");
  return read.value;
}

/** Whether the router finds a client lost in it, by the age of its heartbeat: over 15 s. */
function hasLoss({ events }: Situation): boolean {
  return events.some(
    ({ party, what, content }) =>
      party === BACKEND &&
      what === "< ws" &&
      isJsonObject(content) &&
      content["packet_type"] === "return_statuses" &&
      JSON.stringify(content["data"]).includes('"disconnect"'),
  );
}

function assertSame(name: string, { situation, difference, compared, allowed }: TranscriptOutcome): void {
  assert.deepEqual(difference, undefined, `${name}, ${situation}`);
  assert(compared > 5, `${name}, ${situation}: only ${compared} packets were compared`);
  assert(name === "node20-single" || !allowed.has("sent-twice"));
  assert(name === "tiny-single" || !allowed.has("unknown-packet"));
}

describe("the router of --listen sends what Mephisto's sent", () => {
  test("in every situation that takes less than a heartbeat's limit", async (t) => {
    const { url, child, ended } = await startListening(join(temporaryDirectory(t), "results"), SCENARIO);
    const player = await TranscriptPlayer.connect(url);
    let played = 0;
    try {
      for (const name of RECORDINGS)
        for (const situation of recording(name).filter((each) => !hasLoss(each))) {
          assertSame(name, await player.play(situation));
          played++;
        }
    } finally {
      child.kill("SIGINT");
      player.close();
    }
    assert.equal(played, 19);
    await ended;
  });

  test("and, with a clock that is set to the recording's, where a client is lost", async (t) => {
    const router = await startRouter();
    t.after(() => router.close());
    const startedAt = Date.now();
    let elapsed = 0;
    const player = await TranscriptPlayer.connect(router.url, {
      beforeEvent: (elapsedMs) => {
        elapsed = elapsedMs;
        router.aheadMs = startedAt + elapsed - Date.now();
      },
    });
    t.after(() => player.close());
    let played = 0;
    for (const name of RECORDINGS)
      for (const situation of recording(name).filter(hasLoss)) {
        assertSame(name, await player.play(situation));
        played++;
      }
    assert.equal(played, 4);
  });
});
