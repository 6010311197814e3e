import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AbsentAgentError,
  Agent,
  AgentDisconnectedError,
  AgentReturnedError,
  AgentShutdownError,
  AgentTimeoutError,
  createContext,
  createProviderRegistry,
  type CrowdProvider,
  NoSuchRowError,
  NotImplementedError,
  OnboardingAgent,
  SimulatedAgent,
  UnknownProviderError,
} from "../../../dist/platform/model/index.js";
import { DatabaseError } from "../../../dist/platform/db/index.js";
import { failed } from "../../../dist/platform/sync/index.js";
import { newWorld, put, recordingLiveRun } from "../../support/model/fixture.js";

test("a handle reads its own row and nothing else until it is asked", (t) => {
  const { context, asked, newOnboardingAgent } = newWorld(t);
  const { dbId } = newOnboardingAgent();
  asked.length = 0;
  const agent = OnboardingAgent.get(context, dbId);
  assert.deepEqual(asked, ["getOnboardingAgent"]);
  assert.equal(agent.getTask(), agent.getTask());
  assert.equal(agent.getTaskRun(), agent.getTaskRun());
  assert.equal(agent.getWorker().workerName, "ada");
  assert.deepEqual(asked, ["getOnboardingAgent", "getTask", "getTaskRun", "getWorker"]);
});

test("an agent finds its entities by way of those it already has", (t) => {
  const { context, asked, newAgent } = newWorld(t);
  const { dbId } = newAgent();
  asked.length = 0;
  const agent = Agent.get(context, dbId);
  assert.equal(agent.getUnit().getAssignment(), agent.getAssignment());
  assert.equal(agent.getTaskRun(), agent.getAssignment().getTaskRun());
  assert.equal(agent.getTask(), agent.getTaskRun().getTask());
  assert.deepEqual(asked, ["getAgent", "getUnit", "getAssignment", "getTaskRun", "getTask"]);
  assert.deepEqual(
    [
      agent.unitId,
      agent.assignmentId,
      agent.taskRunId,
      agent.taskId,
      agent.workerId,
      agent.taskType,
      agent.providerType,
    ],
    ["1", "1", "1", "1", "1", "chat", "simulated"],
  );
});

test("newFromProviderData gives the agent the unit at hand, and the unit its worker", (t) => {
  const { asked, unit, worker, newAgent } = newWorld(t);
  const agent = newAgent();
  assert.equal(agent.getUnit(), unit);
  assert.ok(!asked.includes("getUnit"));
  assert.deepEqual([unit.workerId, unit.agentId], [worker.dbId, agent.dbId]);
  assert.equal(agent.getStatus(), "accepted");
});

test("data directories lie within the task run's", (t) => {
  const { newAgent, newOnboardingAgent } = newWorld(t);
  assert.equal(newAgent().getDataDir(), "/runs/1/1/1");
  assert.equal(newOnboardingAgent().getDataDir(), "/runs/1/onboarding/onboarding_1");
});

test("ids of onboarding agents have a prefix and no others do", () => {
  assert.ok(OnboardingAgent.isOnboardingId("onboarding_7"));
  assert.ok(!OnboardingAgent.isOnboardingId("7"));
  assert.equal(OnboardingAgent.getDbIdFromAgentId("onboarding_7"), "7");
  assert.throws(() => OnboardingAgent.getDbIdFromAgentId("7"), {
    name: "AssertionError",
    message: "Provided id 7 is not an onboarding_id",
  });
});

test("a missing row is an error that names it", (t) => {
  const { context } = newWorld(t);
  assert.throws(() => Agent.get(context, "9"), new NoSuchRowError("agent", "9"));
  assert.throws(() => OnboardingAgent.get(context, "9"), new NoSuchRowError("onboarding agent", "9"));
});

test("a handle cannot be constructed past get", (t) => {
  const { context } = newWorld(t);
  const construct = OnboardingAgent as unknown as new (opening: unknown) => unknown;
  assert.throws(() => new construct(context), { name: "AssertionError", message: /call OnboardingAgent\.get/ });
});

class StudioAgent extends SimulatedAgent {}

test("Agent.get returns the class of the row's provider, whatever class it is asked of", (t) => {
  const { context, newAgent } = newWorld(t, {
    providers: createProviderRegistry([{ providerType: "simulated", AgentClass: StudioAgent }]),
  });
  const agent = newAgent();
  assert.ok(agent instanceof StudioAgent);
  assert.ok(Agent.get(context, agent.dbId) instanceof StudioAgent);
});

test("what a provider lacks is an error that says so", (t) => {
  const withProviders = (...providers: CrowdProvider[]): (() => Agent) =>
    newWorld(t, { providers: createProviderRegistry(providers) }).newAgent;
  assert.throws(withProviders(), new UnknownProviderError("simulated", []));
  assert.throws(
    withProviders({ providerType: "simulated", AgentClass: Map }),
    /"simulated" must be a subclass of Agent, not Map/,
  );
  const Bare = class Bare extends (Agent as unknown as new (opening: never) => object) {};
  assert.throws(
    withProviders({ providerType: "simulated", AgentClass: Bare }),
    new NotImplementedError("Bare.newSteps"),
  );
});

test("the errors of an absent worker carry the agent's id, also that of an onboarding agent", (t) => {
  const { context, newAgent, newOnboardingAgent } = newWorld(t);
  const returned = newAgent();
  returned.updateStatus("returned");
  const disconnected = newOnboardingAgent();
  disconnected.updateStatus("disconnect");
  const shut = newOnboardingAgent();
  shut.shutdown();
  const silent = newOnboardingAgent();
  const errorOf = (agent: Agent | OnboardingAgent): AbsentAgentError => {
    try {
      agent.getLiveUpdate(1);
    } catch (error) {
      assert.ok(error instanceof AbsentAgentError);
      return error;
    }
    throw new Error("no error");
  };
  const errors = [returned, disconnected, shut, silent].map(errorOf);
  assert.deepEqual(
    errors.map(({ constructor }) => constructor),
    [AgentReturnedError, AgentDisconnectedError, AgentShutdownError, AgentTimeoutError],
  );
  assert.deepEqual(
    errors.map(({ agentId }) => agentId),
    ["1", "onboarding_1", "onboarding_2", "onboarding_3"],
  );
  assert.equal((errors[3] as AgentTimeoutError).timeoutMs, 1);
  assert.equal(context.db.getOnboardingAgent("3")?.status, "timeout");
});

test("two handles on one agent share its mailbox and events, and each has its own cached status", (t) => {
  const { context, newAgent } = newWorld(t);
  const first = newAgent();
  const second = Agent.get(context, first.dbId);
  first.mailbox.append({ n: 1 });
  assert.ok(second.hasLiveUpdate.isSet());
  assert.deepEqual(second.getLiveUpdate(), { n: 1 });
  assert.ok(!first.hasLiveUpdate.isSet());

  first.updateStatus("disconnect");
  assert.equal(second.dbStatus, "accepted");
  assert.ok(second.didSubmit.isSet());
  assert.throws(() => second.getLiveUpdate(60_000), AgentDisconnectedError);
  assert.equal(second.dbStatus, "disconnect");
  assert.ok(!second.isShutdown);
  first.shutdown();
  assert.ok(second.isShutdown);
});

test("a context uses the slot that it was told of", (t) => {
  const { db, arena, context, newAgent } = newWorld(t);
  const agent = newAgent();
  agent.mailbox.append({ n: 1 });
  const other = createContext({ db, arena });
  other.slots.adopt(agent.getAgentId(), context.slots.slotOf(agent.getAgentId()).index);
  assert.deepEqual(Agent.get(other, agent.dbId).getLiveUpdate(), { n: 1 });

  other.slots.forget(agent.getAgentId());
  agent.mailbox.append({ n: 2 });
  assert.equal(Agent.get(other, agent.dbId).getLiveUpdate(), undefined);
});

test("the asynchronous twins suspend until there is something to tell", async (t) => {
  const { newAgent, newOnboardingAgent } = newWorld(t);
  const agent = newAgent();
  const update = agent.getLiveUpdateAsync(60_000);
  const submitted = agent.awaitSubmitAsync(60_000);
  agent.mailbox.append({ n: 1 });
  assert.deepEqual(await update, { n: 1 });
  await agent.handleSubmitAsync({ answer: 42 });
  assert.equal(await submitted, true);

  const leaving = newOnboardingAgent();
  const never = assert.rejects(leaving.getLiveUpdateAsync(60_000), AgentReturnedError);
  await leaving.updateStatusAsync("returned");
  await never;
});

test("a status is cached and announced only once its row is committed", async (t) => {
  const world = newWorld(t);
  const agent = world.newAgent();
  const broken = { ...world.db, write: () => failed<never>(new DatabaseError("the disk is full")) };
  const handle = Agent.get(createContext({ db: broken, arena: world.arena }), agent.dbId);
  const liveRun = recordingLiveRun();
  handle.setLiveRun(liveRun);
  await assert.rejects(handle.updateStatusAsync("disconnect"), new DatabaseError("the disk is full"));
  assert.deepEqual([handle.dbStatus, liveRun.pushed, handle.hasLiveUpdate.isSet()], ["accepted", [], false]);
});

test("observe makes up an update_id, in the update itself, and sends what it observed", (t) => {
  let made = 0;
  const { db, newAgent } = newWorld(t, { ids: { next: () => `id ${++made}` } });
  const agent = newAgent();
  const liveRun = recordingLiveRun();
  agent.setLiveRun(liveRun);
  const update = { text: "hello" };
  agent.observe(update);
  agent.observe({ text: "again", update_id: "mine" });
  assert.deepEqual(update, { text: "hello", update_id: "id 1" });
  assert.deepEqual(liveRun.sent, [
    ["1", update],
    ["1", { text: "again", update_id: "mine" }],
  ]);
  assert.deepEqual(
    db.stateOfAgent("main", "1").map(({ kind, data }) => [kind, JSON.parse(data) as unknown]),
    [
      ["update", update],
      ["update", { text: "again", update_id: "mine" }],
    ],
  );
});

test("the live run must be set to be got", (t) => {
  const agent = newWorld(t).newOnboardingAgent();
  assert.throws(() => agent.getLiveRun(), {
    name: "AssertionError",
    message: "Should not be getting the live run, not set for given agent",
  });
  const liveRun = recordingLiveRun();
  agent.setLiveRun(liveRun);
  assert.equal(agent.getLiveRun(), liveRun);
});

test("the unit of a worker who leaves while waiting can be worked on by another", (t) => {
  const { db, unit, taskRun, newAgent } = newWorld(t);
  const agent = newAgent();
  agent.updateStatus("waiting");
  agent.updateStatus("returned");
  assert.deepEqual([unit.agentId, unit.workerId], [null, null]);
  const other = put(db, "findOrCreateWorker", { workerName: "bob", providerType: "simulated" });
  assert.equal(put(db, "reserveUnit", taskRun.dbId, other.workerId)?.unitId, unit.dbId);
});

test("act warns that it is deprecated, once", async (t) => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on("warning", note);
  t.after(() => process.off("warning", note));
  const agent = newWorld(t).newAgent();
  agent.mailbox.append({ n: 1 });
  assert.deepEqual(agent.act(), { n: 1 }); // eslint-disable-line @typescript-eslint/no-deprecated -- what is tested
  assert.equal(await agent.actAsync(), undefined); // eslint-disable-line @typescript-eslint/no-deprecated -- what is tested
  await new Promise(setImmediate);
  assert.deepEqual(
    warnings.map(({ name, message }) => [name, message.includes("getLiveUpdate")]),
    [["DeprecationWarning", true]],
  );
});

test("a final status may be changed, and that is logged", (t) => {
  const logged: string[] = [];
  const { newOnboardingAgent } = newWorld(t, { log: (level, message) => level === "info" && logged.push(message) });
  const agent = newOnboardingAgent();
  agent.updateStatus("rejected");
  agent.updateStatus("approved");
  assert.deepEqual(logged, ["Updating OnboardingAgent(1) from final status rejected to approved"]);
});

test("a handle takes no slot before it needs one", (t) => {
  const { context, arena, newAgent } = newWorld(t);
  const agent = newAgent();
  agent.getStatus();
  Agent.get(context, agent.dbId).getDataDir();
  assert.equal(arena.allocated, 0);
  assert.equal(agent.hasLiveUpdate.isSet(), false);
  assert.equal(arena.allocated, 1);
});
