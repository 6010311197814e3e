import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { WirePacket } from "../../../../../dist/platform/server/protocol/index.js";
import { isWithoutBackend, RouterState, type RouterOutput } from "../../../../../dist/platform/server/router/index.js";

const T0 = 1_795_000_000_000;
let now = T0;
beforeEach(() => (now = T0));

function newRouter(options: { detection?: "heartbeat" | "close"; unsentLimit?: number } = {}): RouterState<string> {
  let requests = 0;
  const router = new RouterState<string>({
    now: () => now,
    newRequestId: () => `r${++requests}`,
    detection: "heartbeat",
    ...options,
  });
  router.attachBackend();
  return router;
}

const alive = (subject_id: string): WirePacket => ({ packet_type: "alive", subject_id, data: {} });
const heartbeat = (subject_id: string): WirePacket => ({ packet_type: "heartbeat", subject_id });
const status = (subject_id: string, value: "in task" | "completed" | "waiting"): WirePacket => ({
  packet_type: "update_status",
  subject_id,
  data: { status: value },
});
const update = (subject_id: string, text: string): WirePacket => ({
  packet_type: "client_bound_live_update",
  subject_id,
  data: { text },
});
const poll: WirePacket = { packet_type: "request_statuses", subject_id: "mephisto", data: {}, server_timestamp: T0 };

/** What was sent, in short. */
function told(outputs: readonly RouterOutput<string>[]): unknown[] {
  return outputs.map((output) => {
    if (output.kind === "dropped") return ["dropped", output.why];
    const data: unknown = output.packet.data;
    return [output.kind === "to-client" ? output.socket : output.kind, output.packet.packet_type, data];
  });
}

describe("the router", () => {
  it("keeps what could not be sent on a closing socket, but no heartbeat, and sends it on the next one", () => {
    const router = newRouter();
    router.fromBackend(status("7", "in task"));
    router.fromClient("s", alive("7"));
    assert.equal(told(router.fromBackend(update("7", "a"))).length, 1);
    assert.deepEqual(told(router.undelivered("s", update("7", "a"))), []);
    assert.equal(router.socketOf("7"), undefined);
    assert.deepEqual(told(router.undelivered("s", heartbeat("7"))), []);
    assert.deepEqual(told(router.fromClient("t", alive("7"))), [
      ["t", "update_status", { status: "in task" }],
      ["t", "client_bound_live_update", { text: "a" }],
    ]);
    // The client has another socket already.
    assert.deepEqual(told(router.undelivered("s", update("7", "b"))), [
      ["t", "client_bound_live_update", { text: "b" }],
    ]);
  });

  it("keeps what comes for an agent without a socket, within its limit, and sends it after the status", () => {
    const router = newRouter({ unsentLimit: 2 });
    assert.deepEqual(told(router.fromBackend(status("7", "in task"))), []);
    assert.deepEqual(told(router.fromBackend(update("7", "a"))), []);
    assert.deepEqual(told(router.fromBackend(update("7", "b"))), [["dropped", "too-many-unsent"]]);
    assert.deepEqual(told(router.fromClient("s", alive("7"))), [
      ["s", "update_status", { status: "in task" }],
      ["s", "client_bound_live_update", { text: "a" }],
      ["s", "client_bound_live_update", { text: "b" }],
    ]);
    assert.deepEqual(told(router.fromClient("s", alive("7"))), [["s", "update_status", { status: "in task" }]]);
  });

  it("keeps what comes while a socket is closed", () => {
    const router = newRouter();
    router.fromClient("s", alive("7"));
    router.socketClosed("s");
    assert.deepEqual(told(router.fromBackend(update("7", "a"))), []);
    const [, second] = told(router.fromClient("t", alive("7")));
    assert.deepEqual(second, ["t", "client_bound_live_update", { text: "a" }]);
    assert.equal(router.socketOf("7"), "t");
  });

  it("leaves nothing of a forgotten agent, and drops what still comes for it", () => {
    const router = newRouter();
    router.fromBackend(status("7", "in task"));
    router.forget("7");
    assert.equal(router.agents, 0);
    assert.deepEqual(told(router.fromBackend(status("7", "completed"))), [["dropped", "forgotten-agent"]]);
    assert.deepEqual(told(router.fromBackend(update("7", "a"))), [["dropped", "forgotten-agent"]]);
    assert.equal(router.agents, 0);
    assert.deepEqual(told(router.fromBackend(poll)), [["to-backend", "return_statuses", {}]]);
  });

  it("echoes a heartbeat with the backend's last sign of life, also for an agent that it does not know", () => {
    const router = newRouter();
    now += 4000;
    router.fromBackend(poll);
    assert.deepEqual(told(router.fromClient("s", heartbeat("nobody"))), [
      ["s", "heartbeat", { last_mephisto_ping: T0 + 4000 }],
    ]);
    assert.equal(router.agents, 0);
    router.fromClient("s", alive("7"));
    // From another socket: its client has opened one, and the router had not been told.
    assert.deepEqual(told(router.fromClient("t", heartbeat("7"))), [
      ["t", "heartbeat", { last_mephisto_ping: T0 + 4000, status: "none" }],
    ]);
    assert.equal(router.socketOf("7"), "t");
  });

  it("finds a lost client by the age of its heartbeat, when the backend asks", () => {
    const router = newRouter();
    router.fromBackend(status("7", "in task"));
    router.fromClient("s", alive("7"));
    now += 60_000;
    assert.deepEqual(told(router.fromBackend(poll)), [["to-backend", "return_statuses", { "7": "in task" }]]);
    router.fromClient("s", heartbeat("7"));
    now += 15_000;
    assert.deepEqual(told(router.fromBackend(poll)).at(-1), ["to-backend", "return_statuses", { "7": "in task" }]);
    now += 1;
    assert.deepEqual(told(router.fromBackend(poll)), [
      ["s", "update_status", { status: "disconnect" }],
      ["to-backend", "return_statuses", { "7": "disconnect" }],
    ]);
  });

  it("finds it by the close of its socket, if it is to, unless the client comes back in time", () => {
    const router = newRouter({ detection: "close" });
    router.fromBackend(status("7", "in task"));
    router.fromClient("s", alive("7"));
    router.socketClosed("s");
    now += 9999;
    assert.deepEqual(router.findLosses(), []);
    router.fromClient("t", alive("7"));
    now += 60_000;
    assert.deepEqual(router.findLosses(), []);
    router.socketClosed("t");
    now += 10_000;
    assert.deepEqual(told(router.findLosses()), [["to-backend", "return_statuses", { "7": "disconnect" }]]);
    assert.deepEqual(router.findLosses(), []);
    assert.equal(router.statusOf("7"), "disconnect");
  });

  it("keeps nothing of agents that only a client has named once its socket has closed", () => {
    const router = newRouter();
    for (let place = 0; place < 40; place++) router.fromClient("s", alive(`invented-${place}`));
    assert.equal(router.agents, 32);
    assert.deepEqual(told(router.fromClient("s", alive("one more"))), [["dropped", "too-many-agents"]]);
    assert.equal(told(router.fromClient("s", alive("invented-0"))).length, 1);
    router.fromBackend(status("invented-1", "in task"));
    router.socketClosed("s");
    assert.equal(router.agents, 1);
    router.fromClient("t", alive("7"));
    router.socketClosed("t");
    router.fromBackend(update("7", "a"));
    router.socketClosed("t");
    assert.deepEqual(told(router.fromClient("t", alive("7"))).at(-1), ["t", "client_bound_live_update", { text: "a" }]);
  });

  it("finds the loss of a client whose agent had no status yet when its socket closed", () => {
    const router = newRouter({ detection: "close" });
    router.fromBackend({
      packet_type: "agent_details",
      subject_id: "channel",
      data: { request_id: "r", worker_id: "1", agent_id: "7", init_task_data: null, failure_reason: null },
    });
    router.fromClient("s", alive("7"));
    router.socketClosed("s");
    router.fromBackend(status("7", "in task"));
    now += 10_000;
    assert.deepEqual(told(router.findLosses()), [["to-backend", "return_statuses", { "7": "disconnect" }]]);
  });

  it("refuses of a client what only others send, and of the backend what only clients send", () => {
    const router = newRouter();
    for (const packet of [status("7", "completed"), update("7", "a"), poll])
      assert.deepEqual(told(router.fromClient("s", packet)), [["dropped", "not-for-clients"]]);
    assert.deepEqual(told(router.fromBackend(heartbeat("7"))), [["dropped", "not-for-backends"]]);
    assert.equal(router.agents, 0);
  });

  it("answers each pending request once", () => {
    const router = newRouter();
    const body = { provider_data: { worker_name: "ann", agent_registration_id: "x" } };
    const { requestId, outputs } = router.requestAgent(body);
    assert.deepEqual(told(outputs), [
      ["to-backend", "register_agent", { provider_data: body.provider_data, request_id: requestId }],
    ]);
    const details: WirePacket = {
      packet_type: "agent_details",
      subject_id: "channel",
      data: { request_id: requestId, worker_id: "1", agent_id: "7", init_task_data: null, failure_reason: null },
    };
    const [first] = router.fromBackend(details);
    assert(first?.kind === "answer" && first.requestId === requestId);
    assert.deepEqual(told(router.fromBackend(details)), [["dropped", "no-request"]]);
    router.cancelRequest(router.requestAgent(body).requestId);
    assert.equal(router.pendingRequests, 0);
  });

  it("says so when there is no backend", () => {
    const router = newRouter();
    router.detachBackend();
    const { outputs } = router.requestAgent({ provider_data: { worker_name: "a", agent_registration_id: "x" } });
    assert(isWithoutBackend(outputs));
    assert.equal(router.pendingRequests, 0);
    assert(isWithoutBackend(router.submitTask({ agent_id: "7", final_data: {} })));
    router.fromBackend(alive("mephisto"));
    assert(!isWithoutBackend(router.submitTask({ agent_id: "7", final_data: {} })));
  });
});
