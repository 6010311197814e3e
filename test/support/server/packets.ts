/** Arbitrary packets and values of Mephisto's protocol, for property tests. */
import fc from "fast-check";
import type { JsonObject, WireData, WirePacket, WirePacketType } from "../../../dist/platform/server/protocol/index.js";
import { AGENT_STATUSES } from "../../../dist/vocabulary/index.js";

/** As a peer's JSON gives it: without -0, and without a key that would become a prototype. */
const json = fc
  .jsonValue({ maxDepth: 3 })
  .map((value) => JSON.parse(JSON.stringify(value).replaceAll("__proto__", "proto")) as never);
export const jsonObjects = fc.dictionary(
  fc.string().filter((key) => key !== "__proto__"),
  json,
  { noNullPrototype: true },
) as fc.Arbitrary<JsonObject>;
export const ids = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40 }),
  fc.bigInt(1_000_000n, 2n ** 63n - 1n).map(String),
  fc.uuid(),
);
/** ms since the epoch, on whole microseconds. */
export const times = fc.bigInt(0n, 2n ** 51n).map((us) => Number(us) / 1000);
const nullableIds = fc.option(ids, { nil: null });
const statuses = fc.constantFrom(...AGENT_STATUSES);

const data: { readonly [Type in keyof WireData]: fc.Arbitrary<WireData[Type]> } = {
  alive: jsonObjects,
  agent_details: fc.record({
    request_id: ids,
    worker_id: nullableIds,
    agent_id: nullableIds,
    init_task_data: json,
    failure_reason: fc.option(fc.string(), { nil: null }),
  }),
  client_bound_live_update: jsonObjects,
  log_error: json,
  mephisto_bound_live_update: jsonObjects,
  register_agent: fc.record({ provider_data: jsonObjects, request_id: ids }),
  request_statuses: jsonObjects,
  return_statuses: fc.dictionary(
    ids.filter((id) => id !== "__proto__"),
    statuses,
    { noNullPrototype: true },
  ),
  submit_metadata: json,
  submit_onboarding: fc
    .tuple(jsonObjects, json, ids)
    .map(([rest, onboarding_data, request_id]) => ({ ...rest, onboarding_data, request_id })),
  submit_unit: json,
  update_status: fc.record({ status: statuses }),
};

const wireTimes = fc.record(
  {
    client_timestamp: times,
    router_incoming_timestamp: times,
    router_outgoing_timestamp: times,
    server_timestamp: times,
  },
  { requiredKeys: [] },
);

const heartbeats = fc.record(
  {
    last_mephisto_ping: fc.maxSafeNat(),
    status: statuses,
  },
  { requiredKeys: ["last_mephisto_ping"] },
);

function packetsOf(type: WirePacketType): fc.Arbitrary<WirePacket> {
  const dataOf: fc.Arbitrary<object> =
    type === "heartbeat"
      ? fc.option(heartbeats, { nil: undefined }).map((answer) => (answer === undefined ? {} : { data: answer }))
      : (data[type] as fc.Arbitrary<unknown>).map((value) => ({ data: value }));
  return fc.tuple(ids, dataOf, wireTimes).map(([subject_id, withData, rest]) =>
    // Records of fast-check have no prototype.
    structuredClone({ packet_type: type, subject_id, ...withData, ...rest } as WirePacket),
  );
}

export const wirePackets: fc.Arbitrary<WirePacket> = fc.oneof(
  ...[...(Object.keys(data) as WirePacketType[]), "heartbeat" as const].map(packetsOf),
);
