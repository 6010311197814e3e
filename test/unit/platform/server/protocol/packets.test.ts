import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { formatPacket, limits, parsePacket, updateIdOf } from "../../../../../dist/platform/server/protocol/index.js";
import { wirePackets } from "../../../../support/server/packets.js";

function reasonFor(text: string): string {
  const read = parsePacket(text);
  assert(!read.ok, `${text} was accepted`);
  return read.reason;
}

function valueOf(text: string): unknown {
  const read = parsePacket(text);
  assert(read.ok, "reason" in read ? read.reason : "");
  return read.value;
}

describe("a packet of Mephisto's protocol", () => {
  it("is read as it was written", () => {
    fc.assert(fc.property(wirePackets, (packet) => assert.deepEqual(valueOf(formatPacket(packet)), packet)));
  });

  it("is written the same after it was read, whatever else the peer sent with it", () => {
    fc.assert(
      fc.property(wirePackets, fc.jsonValue(), (packet, extra) => {
        const text = JSON.stringify({ ...(JSON.parse(formatPacket(packet)) as object), no_such_field: extra });
        const read = parsePacket(text);
        assert(read.ok);
        assert.equal(formatPacket(read.value), formatPacket(packet));
      }),
    );
  });

  it("is refused with one line, and never throws, whatever a peer sends", () => {
    const damaged = fc
      .tuple(wirePackets.map(formatPacket), fc.nat(), fc.nat(3), fc.string({ maxLength: 4 }))
      .map(([text, place, removed, inserted]) => {
        const at = place % (text.length + 1);
        return text.slice(0, at) + inserted + text.slice(at + removed);
      });
    const texts = fc.oneof(fc.string({ unit: "binary" }), fc.json(), damaged);
    fc.assert(
      fc.property(texts, (text) => {
        const read = parsePacket(text);
        if (read.ok) formatPacket(read.value);
        else assert.match(read.reason, /^[^\n]+$/);
      }),
      { numRuns: 500 },
    );
  });

  it("needs the three fields that Python asserts", () => {
    assert.match(reasonFor('{"subject_id":"7","data":{}}'), /^packet_type: expected one of alive, /);
    assert.match(reasonFor('{"packet_type":"alive","data":{}}'), /^subject_id: expected an id .*, got nothing$/);
    assert.equal(reasonFor('{"packet_type":"alive","subject_id":"7"}'), "data: expected an object, got nothing");
    assert.equal(reasonFor('{"packet_type":"submit_unit","subject_id":"7"}'), "data: expected JSON, got nothing");
  });

  it("has no data when it is a heartbeat of a client", () => {
    assert.deepEqual(valueOf('{"packet_type":"heartbeat","subject_id":"7"}'), {
      packet_type: "heartbeat",
      subject_id: "7",
    });
  });

  it("has ids as text, and is refused when JavaScript has rounded one", () => {
    const packet = (id: string): string => `{"packet_type":"alive","subject_id":${id},"data":{}}`;
    assert.deepEqual(valueOf(packet("42")), { packet_type: "alive", subject_id: "42", data: {} });
    for (const id of ["9007199254740993", "9223372036854775807", "1.5", '""', "null", "[]", `"${"x".repeat(300)}"`])
      assert.match(reasonFor(packet(id)), /^subject_id: expected an id as text .* or a whole number below 2\^53/);
    const details = (id: string): string =>
      `{"packet_type":"agent_details","subject_id":"c","data":{"request_id":"r","agent_id":${id}}}`;
    assert.match(reasonFor(details("9223372036854775807")), /^data\.agent_id: expected an id/);
    assert.deepEqual(valueOf(details("null")), {
      packet_type: "agent_details",
      subject_id: "c",
      data: { request_id: "r", worker_id: null, agent_id: null, init_task_data: null, failure_reason: null },
    });
  });

  it("tells times in ms, from seconds and from Python's null", () => {
    const read = valueOf(
      '{"packet_type":"alive","subject_id":"7","data":{},"client_timestamp":null,"server_timestamp":1795924393.7524788}',
    );
    assert.deepEqual(read, { packet_type: "alive", subject_id: "7", data: {}, server_timestamp: 1795924393752.479 });
    for (const time of ['"now"', "-1", "1e300", "true"])
      assert.match(
        reasonFor(`{"packet_type":"alive","subject_id":"7","data":{},"client_timestamp":${time}}`),
        /^client_timestamp: expected seconds since the epoch, got /,
      );
  });

  it("is refused with too many levels, and with a key that would become a prototype", () => {
    const nested = (levels: number): string =>
      `{"packet_type":"submit_unit","subject_id":"7","data":${"[".repeat(levels)}${"]".repeat(levels)}}`;
    assert.equal(valueOf(nested(limits.JSON_LEVELS - 1)) !== undefined, true);
    assert.equal(reasonFor(nested(limits.JSON_LEVELS)), "has more than 100 levels of lists and objects");
    assert.equal(reasonFor("[".repeat(1_000_000)), "has more than 100 levels of lists and objects");
    assert.equal(
      reasonFor(`{"packet_type":"submit_unit","subject_id":"7","data":"${'[\\"'.repeat(200)}`).startsWith(
        "expected JSON",
      ),
      true,
    );
    assert.match(
      reasonFor('{"packet_type":"alive","subject_id":"7","data":{"__proto__":{"number":1}}}'),
      /^data: expected an object/,
    );
  });

  it("of a type that is not known says which", () => {
    const read = parsePacket('{"packet_type":"no_such_packet","subject_id":"7","data":{}}');
    assert(!read.ok);
    assert.equal("unknownType" in read && read.unknownType, "no_such_packet");
  });

  it("is refused when its data is not what its type says", () => {
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ["update_status", '{"status":"asleep"}', /^data\.status: expected the status of an agent, got "asleep"$/],
      ["return_statuses", '{"7":"asleep"}', /^data: expected statuses by agent id, got an object$/],
      ["register_agent", '{"provider_data":{}}', /^data\.request_id: expected an id .*got nothing$/],
      ["submit_onboarding", "{}", /^data\.request_id: expected an id/],
      ["mephisto_bound_live_update", '"hello"', /^data: expected an object, got "hello"$/],
      ["heartbeat", "{}", /^data\.last_mephisto_ping: expected number, got nothing$/],
    ];
    for (const [type, data, reason] of cases)
      assert.match(reasonFor(`{"packet_type":"${type}","subject_id":"7","data":${data}}`), reason);
  });

  it("tells the id of a live update, if it has one", () => {
    assert.equal(updateIdOf({ update_id: "u" }), "u");
    assert.equal(updateIdOf({ update_id: 7 }), "7");
    assert.equal(updateIdOf({ update_id: null }), undefined);
    assert.equal(updateIdOf({}), undefined);
  });
});
