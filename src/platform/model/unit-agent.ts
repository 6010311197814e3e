/**
 * What agents on a unit have in common in both generations: how they are created, their unit, and the decisions about
 * the work done on it.
 */
import { join } from "node:path";
import type { AgentRow } from "../db/index.js";
import { type Json, type Steps, wait } from "../sync/index.js";
import { NotImplementedError } from "./agent-errors.js";
import { UNIT_AGENT_ROW } from "./agent-rows.js";
import type { ModelContext } from "./context.js";
import { Assignment } from "./entities/assignment.js";
import { Unit } from "./entities/unit.js";
import type { Worker } from "./entities/worker.js";
import { type AgentHandle, type Opening, opening } from "./handle.js";
import type { CrowdProvider } from "./providers.js";
import { addWaitForms, type WaitForms } from "./wait-forms.js";

/** The decisions about the work done on an agent's unit. */
interface UnitWork {
  /** Approves the work done on this agent's unit. */
  approveWorkSteps(): Steps<void>;
  /** Pays the worker for attempted work, but marks it as below the quality bar. */
  softRejectWorkSteps(): Steps<void>;
  /** Rejects the work done on this agent's unit. @param reason an explanation for the worker */
  rejectWorkSteps(reason: string): Steps<void>;
  /** Does what the provider requires for the worker to be able to submit, and for `getStatus` to return `completed`. */
  markDoneSteps(): Steps<void>;
}

/** An agent on a unit, of either generation. */
export interface UnitAgent extends UnitWork, WaitForms<UnitWork> {
  readonly unitId: string;
  readonly assignmentId: string;
  readonly providerType: string;
  /** The unit this agent is working on; loaded when first asked for. */
  getUnit(): Unit;
  /** The assignment this agent is working on; loaded when first asked for. */
  getAssignment(): Assignment;
}

/** How agents on units are created. */
interface UnitAgentCreation<Self> {
  /**
   * Creates an agent for the worker's work on the unit. A provider's class overrides it: it returns the result of
   * `_registerAgentSteps` when the agent can be created.
   * @throws UnknownProviderError when the unit's provider is not registered
   * @throws NotImplementedError when the provider's class does not override this method
   */
  newSteps(context: ModelContext, worker: Worker, unit: Unit): Steps<Self>;
  /**
   * As `newSteps`, for providers that have records of their own: they override it and read what they need from
   * `providerData`.
   */
  newFromProviderDataSteps(context: ModelContext, worker: Worker, unit: Unit, providerData: Json): Steps<Self>;
}

/** The static methods of a class of agents on units. */
export interface UnitAgentStatics<Self> extends UnitAgentCreation<Self>, WaitForms<UnitAgentCreation<Self>> {
  /**
   * A new handle on an agent. Its class is the agent class of the row's crowd provider.
   * @param row the row, if the caller has it
   * @throws NoSuchRowError when there is no such row, UnknownProviderError when its provider is not registered
   */
  get(context: ModelContext, dbId: string, row?: AgentRow): Self;
  /** Creates the agent's row, for the `newSteps` of providers. Ends when its status `accepted` is committed. */
  _registerAgentSteps(context: ModelContext, worker: Worker, unit: Unit, providerType: string): Steps<Self>;
}

type HandleClass<Handle> = abstract new (opening: Opening<AgentRow>) => Handle;

/** The part of {@link onUnit} that each of its agents has. */
function withUnit(Base: HandleClass<AgentHandle<AgentRow>>) {
  abstract class AgentWithUnit extends Base {
    #unit: Unit | undefined;
    #assignment: Assignment | undefined;

    static {
      addWaitForms(this.prototype, "approveWorkSteps", "softRejectWorkSteps", "rejectWorkSteps", "markDoneSteps");
    }

    get unitId(): string {
      return this.row.unitId;
    }

    get assignmentId(): string {
      return this.row.assignmentId;
    }

    get providerType(): string {
      return this.row.providerType;
    }

    getUnit(): Unit {
      return (this.#unit ??= Unit.get(this.context.db, this.unitId));
    }

    /** Uses `unit` instead of loading it. */
    useUnit(unit: Unit): void {
      this.#unit = unit;
    }

    getAssignment(): Assignment {
      return (this.#assignment ??= this.#unit?.getAssignment() ?? Assignment.get(this.context.db, this.assignmentId));
    }

    override getDataDir(): string {
      return join(this.getAssignment().getDataDir(), this.dbId);
    }

    protected override nearest(): Unit | Assignment | undefined {
      return this.#unit ?? this.#assignment;
    }

    abstract approveWorkSteps(): Steps<void>;

    *softRejectWorkSteps(): Steps<void> {
      yield* this.approveWorkSteps();
      yield* this.updateStatusSteps("soft_rejected");
    }
  }
  return AgentWithUnit;
}

/**
 * A subclass of `Base` whose agents are on a unit, for the class `Self` of a generation. The decisions in form of Steps
 * are left to the classes of the crowd providers, which extend `Self`.
 * @param name the name of `Self`
 * @param key where a crowd provider has its class for this generation
 */
export function onUnit<Self, Handle extends AgentHandle<AgentRow>>(
  Base: HandleClass<Handle>,
  name: string,
  key: Exclude<keyof CrowdProvider, "providerType">,
): HandleClass<Handle & UnitAgent> & UnitAgentStatics<Self> {
  abstract class AgentOnUnit extends withUnit(Base) {
    static {
      addWaitForms(this, "newSteps", "newFromProviderDataSteps");
    }

    static get(context: ModelContext, dbId: string, row?: AgentRow): AgentOnUnit {
      const opened = opening(context, UNIT_AGENT_ROW, dbId, row);
      return context.wrapHandle(new (classFor(context, opened.row.providerType))(opened));
    }

    static *newSteps(context: ModelContext, worker: Worker, unit: Unit): Steps<AgentOnUnit> {
      if (!isGeneration(this)) throw new NotImplementedError(`${this.name}.newSteps`);
      return yield* classFor(context, unit.providerType).newSteps(context, worker, unit);
    }

    static *newFromProviderDataSteps(
      context: ModelContext,
      worker: Worker,
      unit: Unit,
      providerData: Json,
    ): Steps<AgentOnUnit> {
      if (isGeneration(this))
        return yield* classFor(context, unit.providerType).newFromProviderDataSteps(
          context,
          worker,
          unit,
          providerData,
        );
      const agent = yield* this.newSteps(context, worker, unit);
      unit.workerId = worker.dbId;
      agent.useUnit(unit);
      return agent;
    }

    static *_registerAgentSteps(
      context: ModelContext,
      { dbId: workerId }: Worker,
      unit: Unit,
      providerType: string,
    ): Steps<AgentOnUnit> {
      const row = yield* wait(
        context.db.write("newAgent", { workerId, unitId: unit.dbId, providerType, at: context.clock.now() }),
      );
      unit.agentId = row.agentId;
      const agent = this.get(context, row.agentId, row);
      agent.created(`unit ${unit.dbId}`);
      yield* agent.updateStatusSteps("accepted");
      return agent;
    }
  }

  type ProviderClass = (new (opening: Opening<AgentRow>) => AgentOnUnit) & typeof AgentOnUnit;

  /** Whether it is the class of the generation, not one of a crowd provider. */
  function isGeneration(agentClass: object): boolean {
    return Object.getPrototypeOf(agentClass) === AgentOnUnit;
  }

  /** @throws UnknownProviderError, or a TypeError when the provider has no class of this generation */
  function classFor(context: ModelContext, providerType: string): ProviderClass {
    const provided = context.providers.get(providerType)[key];
    if (!(provided?.prototype instanceof AgentOnUnit) || isGeneration(provided)) {
      const found = provided === undefined ? "it has none" : `not ${provided.name}`;
      throw new TypeError(`the ${key} of crowd provider "${providerType}" must be a subclass of ${name}, ${found}`);
    }
    return provided as unknown as ProviderClass;
  }

  return AgentOnUnit as unknown as HandleClass<Handle & UnitAgent> & UnitAgentStatics<Self>;
}
