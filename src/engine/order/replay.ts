/**
 * Repeats a run on real threads from its record: agent by agent, what was done to it takes effect in the order in which it did, under
 * a clock that stands at the recorded times. What the model's code comes to is compared with the record call by call, and each
 * agent's statuses with the run's database.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { auditAgents, type AgentAudit } from "../../db/index.js";
import { hasBegun, readRunRecord, readSummary, RUN_FILES } from "../../report/index.js";
import { agentIdOf } from "../../vocabulary/index.js";
import { agentsOf, type AgentRecord } from "./agents.js";
import { OrderDivergence } from "./divergence.js";
import { lifeOf, type LifeLine } from "./life.js";
import { Play } from "./play.js";
import { OrderError, UnknownAgentError } from "./order-error.js";
import { readOrder, type ExpectedRecord, type OrderHeader } from "./read.js";
import { createWorld, type World } from "./world.js";

export interface OrderReplayOptions {
  /** How often each agent is repeated. */
  readonly times: number;
  /** Only this one. */
  readonly agentId: string | undefined;
  /** Lets the event loop run, between agents. */
  readonly breathe: () => Promise<void>;
}

/** A wait for an update that ended as if its time had run out, and it had not. */
export interface EarlyTimeout {
  readonly agentId: string;
  /** When it began, ms since the start of the run. */
  readonly atMs: number;
  readonly waitedMs: number;
  readonly timeoutMs: number;
}

export interface OrderReplay {
  readonly agents: number;
  /** Calls and operations, each agent's once. */
  readonly operations: number;
  /** Updates that were taken. */
  readonly taken: number;
  /** How many calls ended with the error of each name. */
  readonly errors: ReadonlyMap<string, number>;
  readonly early: readonly EarlyTimeout[];
  /** Agents whose record ends before they do: a thread was killed, or the run was cut off. They were repeated so far. */
  readonly cutOff: readonly string[];
  /** The calls of the one agent that was asked for. */
  readonly life: readonly LifeLine[];
  /** Where the repetition parted from the record; it ended there. */
  readonly divergence: OrderDivergence | undefined;
}

/** So many agents share a world before another takes its place, so that its database does not grow without end. */
const AGENTS_A_WORLD = 20_000;
/** Agents between two looks at the event loop. */
const AGENTS_AT_ONCE = 50;

/**
 * @throws OrderError when the run has no record, or it cannot be read, or some of it is missing; DatabaseError or ResultsError when the run's
 * database or summary cannot be read
 */
export async function replayOrder(
  directory: string,
  { times, agentId, breathe }: OrderReplayOptions,
): Promise<OrderReplay> {
  const files = readOrder(directory, expectedRecord(directory));
  const [first] = files;
  if (first === undefined) throw new OrderError(`${directory}: the run has no record of the order of its operations`);
  const originMs = readRunRecord(directory)?.originMs ?? 0;
  const tally = {
    agents: 0,
    operations: 0,
    taken: 0,
    errors: new Map<string, number>(),
    early: [] as EarlyTimeout[],
    cutOff: [] as string[],
    life: [] as LifeLine[],
  };
  let stage = createStage(first.header);
  try {
    for (const record of agentsOf(files)) {
      if (agentId !== undefined && record.agentId !== agentId) continue;
      if (tally.agents % AGENTS_AT_ONCE === 0) await breathe();
      let play: Play | undefined;
      for (let time = 0; time < times; time++) play = stage.repeat(record);
      tally.agents++;
      tally.operations += record.entries.length;
      if (!record.whole) tally.cutOff.push(record.agentId);
      for (const line of play === undefined ? [] : lifeOf(record, play, originMs))
        count(tally, record.agentId, line, agentId !== undefined);
      if (stage.agents < AGENTS_A_WORLD) continue;
      stage.compareStatuses(directory);
      stage.close();
      stage = createStage(first.header);
    }
    if (agentId !== undefined && tally.agents === 0)
      throw new UnknownAgentError(`${directory}: the record of the run has no agent ${agentId}`);
    stage.compareStatuses(directory);
    return { ...tally, divergence: undefined };
  } catch (error) {
    if (!(error instanceof OrderDivergence)) throw error;
    return { ...tally, divergence: error };
  } finally {
    stage.close();
  }
}

/** A finished run has its database, and an end in the record of each thread that no fault has killed. @throws OrderError, ResultsError */
function expectedRecord(directory: string): ExpectedRecord {
  const allFiles = hasBegun(directory);
  if (!existsSync(join(directory, RUN_FILES.summary))) return { allFiles, hasEnd: () => false };
  const { faults = [] } = readSummary(directory);
  const database = join(directory, RUN_FILES.database);
  if (!existsSync(database))
    throw new OrderError(
      `${database} is missing, though the run finished: there is nothing to compare the agents' statuses with`,
    );
  const wasKilled = (thread: string): boolean =>
    faults.some((fault) => fault.kind === "kill-thread" && fault.thread === thread);
  return { allFiles, hasEnd: (thread) => !wasKilled(thread) };
}

function count(
  tally: { taken: number; errors: Map<string, number>; early: EarlyTimeout[]; life: LifeLine[] },
  agentId: string,
  line: LifeLine,
  keep: boolean,
): void {
  if (keep) tally.life.push(line);
  if (line.end?.threw === true) {
    const name = String(line.end.value);
    tally.errors.set(name, (tally.errors.get(name) ?? 0) + 1);
  }
  if (line.method !== "getLiveUpdateSteps" || line.end === undefined) return;
  if (!line.end.threw && line.end.value !== null) tally.taken++;
  if (line.isEarly)
    tally.early.push({ agentId, atMs: line.atMs, waitedMs: line.tookMs, timeoutMs: Number(line.argument) });
}

/** A world and the agents that were repeated in it. */
export interface Stage {
  readonly agents: number;
  /** @throws OrderDivergence */
  repeat(record: AgentRecord): Play;
  /** Compares the statuses that agents came to with those in the database of the run, if it is there. @throws OrderDivergence */
  compareStatuses(directory: string): void;
  close(): void;
}

export function createStage({ mailbox, ringBytes }: OrderHeader): Stage {
  let play: Play | undefined;
  const present = (): Play => {
    if (play === undefined) throw new Error("something was done to the slot, and no agent is being repeated");
    return play;
  };
  const world: World = createWorld({
    mailbox,
    ringBytes,
    witness: {
      perform: (_slot, operation, argument) => present().perform(operation, argument),
      wait: (_slot, wake, _ticket, timeoutMs, _begin, resume) => present().wait(wake, timeoutMs, resume),
    },
    seen: (database) => ({
      ...database,
      getAgent: (id) => present().read(() => database.getAgent(id)),
      getOnboardingAgent: (id) => present().read(() => database.getOnboardingAgent(id)),
      write: (name, ...args) => present().write(name, args),
    }),
  });
  /** The agents that came to their end, by the ids that they have here. */
  const whole = new Map<string, { readonly agentId: string; readonly last: number }>();
  let agents = 0;
  return {
    get agents() {
      return agents;
    },
    repeat(record) {
      play = new Play(record, world);
      try {
        play.run();
      } finally {
        world.forget(play.agentId);
      }
      agents++;
      if (record.whole) whole.set(play.agentId, { agentId: record.agentId, last: record.entries.at(-1)?.number ?? 0 });
      return play;
    },
    compareStatuses(directory) {
      const path = join(directory, RUN_FILES.database);
      if (!existsSync(path)) return;
      const there = new Map(auditAgents(path).map((agent) => [agentIdOf(agent.agentType, agent.agentId), agent]));
      for (const here of world.audit()) {
        const repeated = whole.get(agentIdOf(here.agentType, here.agentId));
        if (repeated === undefined) continue;
        const recorded = statusesOf(there.get(repeated.agentId));
        if (recorded !== statusesOf(here))
          throw new OrderDivergence(repeated.agentId, repeated.last, `the statuses ${recorded}`, statusesOf(here));
      }
    },
    close: () => world.close(),
  };
}

function statusesOf(agent: AgentAudit | undefined): string {
  return agent === undefined ? "of no agent in the database" : agent.history.map(({ status }) => status).join(", ");
}
