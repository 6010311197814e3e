import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { readTranscript, runSituation, type Situation } from "../../../../dist/platform/server/conformance/index.js";

function transcript(name: string): readonly Situation[] {
  const read = readTranscript(readFileSync(`test/data/mephisto/transcripts/${name}.json`, "utf8"));
  assert(read.ok, "reason" in read ? read.reason : "");
  return read.value;
}

describe("our router, held against the conversations of Mephisto's", () => {
  for (const name of ["node18-single", "node18-pair", "tiny-single", "node20-single"]) {
    for (const situation of transcript(name)) {
      it(`sends what it sent: ${name}, ${situation.situation}`, () => {
        const { difference, compared, allowed } = runSituation(situation);
        assert.deepEqual(difference, undefined);
        assert(compared > 5, `only ${compared} packets were compared`);
        // Of the races, one status of each agent can be concerned; only Node 20's router sends twice.
        assert(name === "node20-single" || !allowed.has("sent-twice"));
        assert(name === "tiny-single" || !allowed.has("unknown-packet"));
        assert((allowed.get("first-status") ?? 0) <= 6);
      });
    }
  }

  it("is told from a router that loses a packet, and from one that invents one", () => {
    const [situation] = transcript("node18-single");
    assert(situation !== undefined);
    const place = situation.events.findIndex(({ what }) => what === "< 200 /submit_task");
    const lost = runSituation({ ...situation, events: situation.events.filter((_, index) => index !== place) });
    assert.deepEqual(lost.difference?.got, { status: "Submitted!" });
    assert.equal(lost.difference.expected, undefined);
    const event = situation.events[place];
    assert(event !== undefined);
    const invented = runSituation({
      ...situation,
      events: [...situation.events, { ...event, content: { status: "Submitted again!" } }],
    });
    assert.deepEqual(invented.difference?.expected, { status: "Submitted again!" });
  });
});

describe("a transcript", () => {
  it("is refused with its first fault", () => {
    const reasonFor = (text: string): string => {
      const read = readTranscript(text);
      assert(!read.ok);
      return read.reason;
    };
    assert.match(reasonFor("{}"), /^is not a transcript: expected array, got an object$/);
    assert.match(reasonFor('[{"situation":"x"}]'), /^is not a transcript: 0\.events: expected array, got nothing$/);
    assert.match(
      reasonFor('[{"situation":"x","events":[[1,"ann","> GET","y"]]}]'),
      /^is not a transcript: 0\.events\.0\.2: expected "> ws"/,
    );
  });
});
