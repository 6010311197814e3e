/**
 * The life of an agent: a worker accepts a unit, sends live updates, submits, and is paid. The task's code and the
 * worker's page are coroutines of one thread here. Their code is the same in separate threads: each has its own context
 * (`startWriter`, `connectDatabase`, `Arena.attach`) and gets the agent's slot (`context.slots.adopt`).
 *
 *     task: ada says hello
 *     task: ada says goodbye
 *     task: ada has submitted: true
 *     history: none → accepted → in task → completed → approved
 */
import {
  Agent,
  Arena,
  block,
  createContext,
  openDatabase,
  suspend,
  Unit,
  wait,
  Worker,
  type Steps,
  type WriteArgs,
  type WriteName,
  type WriteResult,
} from "crowdstorm";

const db = openDatabase(":memory:", { create: true });
const arena = Arena.create();
const context = createContext({ db, arena });

/** A write is a wait that ends when the row is committed. */
function* write<K extends WriteName>(name: K, ...args: WriteArgs<K>): Steps<WriteResult<K>> {
  return yield* wait(db.write(name, ...args));
}

function* acceptUnit(): Steps<Agent> {
  const { taskId } = yield* write("newTask", { taskName: "greetings", taskType: "chat" });
  const { taskRunId } = yield* write("newTaskRun", { taskId, providerType: "simulated", runDir: "runs/1" });
  yield* write("newAssignments", { taskRunId, assignments: 1, unitsEach: 1, status: "launched" });
  const { workerId } = yield* write("findOrCreateWorker", { workerName: "ada", providerType: "simulated" });
  const unit = yield* write("reserveUnit", taskRunId, workerId);
  if (unit === null) throw new Error("no unit is free");
  return yield* Agent.newSteps(context, Worker.get(db, workerId), Unit.get(db, unit.unitId));
}

/** The task's code. It does not depend on how its driver waits. */
function* chat(agent: Agent): Steps<void> {
  yield* agent.updateStatusSteps("in task");
  for (let text; text !== "goodbye"; ) {
    // Throws AgentTimeoutError after one second without an update, AgentDisconnectedError or AgentReturnedError.
    const update = yield* agent.getLiveUpdateSteps(1000);
    text = update?.["text"];
    console.log("task:", agent.getWorker().workerName, "says", text);
  }
  console.log("task: ada has submitted:", yield* agent.awaitSubmitSteps(1000));
  yield* agent.markDoneSteps();
  agent.getStatus();
  yield* agent.approveWorkSteps();
}

/** The worker's page, with its own handle on the same agent. */
function* visit(agent: Agent): Steps<void> {
  for (const text of ["hello", "goodbye"]) {
    yield* wait(arena.reactor.sleep(5));
    agent.mailbox.append({ text });
  }
  yield* agent.handleSubmitSteps({ rating: 5 });
}

const agent = block(acceptUnit());
await Promise.all([suspend(chat(agent)), suspend(visit(Agent.get(context, agent.dbId)))]);

const history = db.statusChangesOf("main", agent.dbId);
console.log(`history: ${["none", ...history.map(({ newStatus }) => newStatus)].join(" → ")}`);
db.close();
