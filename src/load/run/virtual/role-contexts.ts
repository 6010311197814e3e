/**
 * The role contexts of a simulated run. The roles are those of the threads engine (src/load/run/roles); here they share
 * one arena, one reactor and one database. Wrappers around these three write the trace.
 */
import type { Database } from "../../../platform/db/index.js";
import { createTaskGroup } from "../../../platform/live/index.js";
import { createRecorder, type Recorder } from "../../measure/index.js";
import type { Plan } from "../../scenario/index.js";
import { openMailbox, type Arena, type Mailbox } from "../../../platform/sync/index.js";
import type { Note, TraceSink, TraceValue } from "../../../replay/trace/index.js";
import { getOrCreate, messageOf } from "../../../vocabulary/index.js";
import { faultInterceptors } from "../../faults/index.js";
import type { Interceptors, RunSetup, RoleContext } from "../roles/role.js";
import type { SimulatedThread } from "./simulated-thread.js";
import { tracedContext, tracedMailbox, tracedReads } from "./tracing.js";

export interface RoleContextsOptions {
  readonly arena: Arena;
  readonly run: RunSetup;
  readonly plan: Plan;
  readonly sink: TraceSink;
  /** Whether the recorders keep every sample. */
  readonly keepsSamples: boolean;
  /** The database for a role whose events are recorded with `note`. */
  readonly connect: (note: Note) => Database;
  /** The inbox of this name with the drawn faults of its packets. */
  readonly throughFaults: (inbox: Mailbox, name: string) => Mailbox;
  /** Called with an error that ends the run. */
  readonly fail: (error: Error) => void;
}

export interface RoleContexts {
  /** The context of a role of this name, whose coroutines are those of `thread`. */
  roleContext(name: string, thread: SimulatedThread): RoleContext;
  /** The name of the slot of this index in the trace. */
  nameOf(slot: number): string;
  /** Records events of `actor`. */
  noteAs(actor: string): Note;
  /** Where the roles record, by their names. */
  readonly recorders: Map<string, Recorder>;
}

export function createRoleContexts(options: RoleContextsOptions): RoleContexts {
  const { arena, run, plan, sink, keepsSamples, connect, throughFaults, fail } = options;
  const { clock } = arena;
  const hasFaults = plan.faults !== undefined;
  const recorders = new Map<string, Recorder>();
  const names = namesOfInboxes(run.inboxes);
  const nameOf = (slot: number): string => names[slot] ?? `slot-${slot}`;
  const notes = new Map<string, Note>();
  const noteAs = (actor: string): Note =>
    getOrCreate(
      notes,
      actor,
      () => (operation: string, subject: string, args: TraceValue, outcome: TraceValue) =>
        sink({ at: clock.now(), actor, operation, subject, args, outcome }),
    );

  return {
    nameOf,
    noteAs,
    recorders,
    roleContext(name, thread) {
      const noteAlive = noteAs(name);
      const note: Note = hasFaults
        ? (...event) => {
            if (!thread.isDead) noteAlive(...event);
          }
        : noteAlive;
      const tagged = { tags: plan.tags, now: () => clock.now() };
      const recorder = createRecorder({ thread: name, originMs: 0, ...tagged, keepSamples: keepsSamples });
      recorders.set(name, recorder);
      const onFailure = (what: string, error: unknown): void => {
        note("failure", what, null, String(error));
        fail(new Error(`${name}: ${what}: ${messageOf(error)}`, { cause: error }));
      };
      const plain: Interceptors = {
        inbox: (slot) => tracedMailbox(throughFaults(openMailbox(arena.slot(slot)), nameOf(slot)), nameOf(slot), note),
        context: (context) => tracedContext(context, (slot, agentId) => (names[slot] = agentId), nameOf, note),
      };
      const faulty = faultInterceptors(plain, arena, run, plan, 0);
      let ids = 0;
      return {
        arena,
        run,
        plan,
        recorder,
        originMs: 0,
        db: tracedReads(connect(note), note),
        taskGroup: hasFaults ? thread.taskGroup(onFailure) : createTaskGroup(onFailure),
        ids: { next: () => `${name}/${++ids}` },
        interceptors: hasFaults ? { ...faulty, inbox: (slot) => thread.inbox(faulty.inbox(slot)) } : plain,
      };
    },
  };
}

/** By slot. */
function namesOfInboxes({ pool, runners, channels }: RunSetup["inboxes"]): (string | undefined)[] {
  const names: (string | undefined)[] = [];
  names[pool] = "pool";
  for (const [shard, slot] of runners.entries()) names[slot] = `tasks-${shard}`;
  for (const [shard, { toPlatform, toClients }] of channels.entries()) {
    names[toPlatform] = `from-clients-${shard}`;
    names[toClients] = `to-clients-${shard}`;
  }
  return names;
}
