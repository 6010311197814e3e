import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  formatLogError,
  formatPacket,
  formatRequestAgent,
  formatSubmitMetadata,
  formatSubmitOnboarding,
  formatSubmitTask,
  parseAgentDetailsAnswer,
  parseLogError,
  parseRequestAgent,
  parseStatusAnswer,
  parseSubmitMetadata,
  parseSubmitMetadataForm,
  parseSubmitOnboarding,
  parseSubmitTask,
  parseSubmitTaskForm,
  parseTaskConfig,
  type Parsed,
} from "../../../../../dist/platform/server/protocol/index.js";
import { ids, jsonObjects, times } from "../../../../support/server/packets.js";

const timed = fc.record({ client_timestamp: times }, { requiredKeys: [] });
const json = fc.oneof(jsonObjects, fc.string(), fc.integer(), fc.constant(null));

function readsWhatItWrites<Body>(
  bodies: fc.Arbitrary<Body>,
  format: (body: Body) => string,
  parse: (text: string) => Parsed<unknown>,
): void {
  fc.assert(fc.property(bodies, (body) => assert.deepEqual(parse(format(body)), { ok: true, value: body })));
}

function reasonOf(read: Parsed<unknown>): string {
  assert(!read.ok);
  return read.reason;
}

describe("the HTTP endpoints of Mephisto's protocol", () => {
  it("read the bodies that they write", () => {
    const withRest = <Fields extends object>(fields: fc.Arbitrary<Fields>) =>
      fc.tuple(jsonObjects, fields).map(([rest, named]) => {
        const others = Object.entries(rest).filter(([name]) => name !== "USED_AGENT_ID");
        return { ...Object.fromEntries(others), ...named };
      });
    readsWhatItWrites(
      fc
        .tuple(withRest(fc.record({ worker_name: ids, agent_registration_id: ids })), timed)
        .map(([provider_data, rest]) => ({ provider_data, ...rest })),
      formatRequestAgent,
      parseRequestAgent,
    );
    readsWhatItWrites(
      fc
        .tuple(ids, withRest(fc.record({ onboarding_data: jsonObjects })), timed)
        .map(([agent_id, provider_data, rest]) => ({ agent_id, provider_data, ...rest })),
      formatSubmitOnboarding,
      parseSubmitOnboarding,
    );
    const of = (name: string) =>
      fc.tuple(ids, json, timed).map(([agent_id, value, rest]) => ({ agent_id, [name]: value, ...rest }) as never);
    readsWhatItWrites(of("final_data"), formatSubmitTask, parseSubmitTask);
    readsWhatItWrites(of("metadata"), formatSubmitMetadata, parseSubmitMetadata);
    readsWhatItWrites(of("error_data"), formatLogError, parseLogError);
  });

  it("never throw, whatever a peer sends", () => {
    const parsers = [
      parseRequestAgent,
      parseSubmitOnboarding,
      parseSubmitTask,
      parseSubmitMetadata,
      parseLogError,
      parseAgentDetailsAnswer,
      parseStatusAnswer,
      parseTaskConfig,
    ];
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), fc.constantFrom(...parsers), (text, parse) => {
        const read = parse(text);
        if (!read.ok) assert.match(read.reason, /^[^\n]+$/);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (fields) => {
        parseSubmitTaskForm(fields);
        parseSubmitMetadataForm(fields);
      }),
    );
  });

  it("say what is missing", () => {
    assert.match(reasonOf(parseRequestAgent("{}")), /^provider_data: expected an object, got nothing$/);
    assert.match(
      reasonOf(parseRequestAgent('{"provider_data":{"worker_name":"ann"}}')),
      /^provider_data\.agent_registration_id: expected an id .*, got nothing$/,
    );
    assert.match(
      reasonOf(parseSubmitOnboarding('{"provider_data":{}}')),
      /^provider_data\.USED_AGENT_ID: expected an id/,
    );
    assert.match(reasonOf(parseSubmitTask('{"USED_AGENT_ID":"7"}')), /^final_data: expected JSON, got nothing$/);
    assert.match(reasonOf(parseSubmitTask("<html>")), /^expected JSON, got "<html>"$/);
    assert.match(reasonOf(parseAgentDetailsAnswer("<!doctype html>")), /^expected JSON, got "<!doctype html>"$/);
    assert.match(
      reasonOf(parseAgentDetailsAnswer('{"packet_type":"alive","subject_id":"7","data":{}}')),
      /^expected a packet of type agent_details, got alive$/,
    );
  });

  it("refuse an agent id that JavaScript has rounded", () => {
    const reason = reasonOf(parseSubmitTask('{"USED_AGENT_ID":9223372036854775807,"final_data":{}}'));
    assert.match(reason, /^USED_AGENT_ID: expected an id as text/);
  });

  it("read the form of a submit with files", () => {
    assert.deepEqual(
      parseSubmitTaskForm({ USED_AGENT_ID: "7", final_string_data: '{"a":[1]}', client_timestamp: "1795924393.5" }),
      { ok: true, value: { agent_id: "7", final_data: { a: [1] }, client_timestamp: 1795924393500 } },
    );
    assert.deepEqual(parseSubmitTaskForm({ USED_AGENT_ID: "7", final_data: "as it is" }), {
      ok: true,
      value: { agent_id: "7", final_data: "as it is" },
    });
    assert.match(
      reasonOf(parseSubmitTaskForm({ USED_AGENT_ID: "7", final_string_data: "{" })),
      /^final_string_data: expected JSON/,
    );
    assert.deepEqual(parseSubmitMetadataForm({ USED_AGENT_ID: "7", metadata: '{"note":"x"}' }), {
      ok: true,
      value: { agent_id: "7", metadata: { note: "x" } },
    });
  });

  it("take the error of a page that has no agent as one of the backend's subject", () => {
    assert.deepEqual(parseLogError('{"USED_AGENT_ID":null,"error_data":{"error":"oops"}}'), {
      ok: true,
      value: { agent_id: "mephisto", error_data: { error: "oops" } },
    });
  });

  it("read the answer of a registration", () => {
    const data = {
      request_id: "r",
      worker_id: "6247208836702630112",
      agent_id: "onboarding_1",
      init_task_data: {},
      failure_reason: null,
    };
    const packet = { packet_type: "agent_details", subject_id: "channel", data } as const;
    assert.deepEqual(parseAgentDetailsAnswer(formatPacket(packet)), { ok: true, value: packet });
  });
});
