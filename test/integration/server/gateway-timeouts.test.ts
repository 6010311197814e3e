/** A platform that does not answer: the gateway answers its HTTP requests with 504 within the limit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { post } from "../../support/server/served.js";
import { silentPlatform } from "../../support/server/silent-platform.js";

test("a submit and a registration that the platform does not answer in time get 504, and none is acknowledged", async (t) => {
  const { url, counted, received, register } = await silentPlatform(t, { answerWithinMs: 100 });
  const { status, body } = await register("ann");
  assert.equal(status, 200, JSON.stringify(body));
  const late = {
    status: 504,
    body: { error: "the platform has not answered in time; the request may still be carried out" },
  };
  assert.deepEqual(await post(url, "submit_task", { USED_AGENT_ID: "7", final_data: { answer: 1 } }), late);
  assert.deepEqual(await register("nobody"), late);
  assert.ok(received.some(({ packet_type }) => packet_type === "submit_unit"));
  assert.deepEqual(counted, []);
});
