/** The agent on a unit of the packet generation: example 3 of the original. A crowd provider subclasses it, as it does `Agent`. */
import type { AgentRow } from "../../db/index.js";
import { block, type Json, type Steps, suspend, wait } from "../../sync/index.js";
import type { ModelContext } from "../context.js";
import type { Unit } from "../entities/unit.js";
import type { Worker } from "../entities/worker.js";
import { NotImplementedError } from "../agent-errors.js";
import { type Opening, opening } from "../handle.js";
import { UnitAgentRecord } from "../record.js";
import { onUnit } from "../unit-agent.js";
import type { Packet } from "./packet.js";
import { PacketAgent } from "./packet-agent.js";

/** A subclass of {@link PacketWorkerAgent} that can be instantiated. */
type ProviderPacketAgentClass = (new (
  opening: Opening<UnitAgentRecord>,
) => PacketWorkerAgent) &
  Pick<typeof PacketWorkerAgent, "newSteps" | "newFromProviderDataSteps">;

export abstract class PacketWorkerAgent extends onUnit(PacketAgent<UnitAgentRecord>) {
  /**
   * A new handle on an agent. Its class is the agent class of the row's crowd provider.
   * @param row the row, if the caller has it
   * @throws NoSuchRowError when there is no such row, UnknownProviderError when its provider is not registered
   */
  static get(context: ModelContext, dbId: string, row?: AgentRow): PacketWorkerAgent {
    const record = UnitAgentRecord.load(context.db, dbId, row);
    return context.wrapHandle(new (classFor(context, record.providerType))(opening(context, record)));
  }

  /**
   * Creates an agent for the worker's work on the unit. A provider's class overrides it: it returns the result of
   * {@link _registerAgentSteps} when the agent can be created.
   * @throws UnknownProviderError when the unit's provider is not registered
   * @throws NotImplementedError when the provider's class does not override this method
   */
  static *newSteps(context: ModelContext, worker: Worker, unit: Unit): Steps<PacketWorkerAgent> {
    if (this !== PacketWorkerAgent) throw new NotImplementedError(`${this.name}.newSteps`);
    return yield* classFor(context, unit.providerType).newSteps(context, worker, unit);
  }

  static new(context: ModelContext, worker: Worker, unit: Unit): PacketWorkerAgent {
    return block(this.newSteps(context, worker, unit));
  }

  static newAsync(context: ModelContext, worker: Worker, unit: Unit): Promise<PacketWorkerAgent> {
    return suspend(this.newSteps(context, worker, unit));
  }

  /**
   * As {@link newSteps}, for providers that have records of their own: they override it and read what they need from
   * `providerData`.
   */
  static *newFromProviderDataSteps(
    context: ModelContext,
    worker: Worker,
    unit: Unit,
    providerData: Json,
  ): Steps<PacketWorkerAgent> {
    if (this === PacketWorkerAgent) {
      return yield* classFor(context, unit.providerType).newFromProviderDataSteps(context, worker, unit, providerData);
    }
    const agent = yield* this.newSteps(context, worker, unit);
    unit.workerId = worker.dbId;
    agent.record.useUnit(unit);
    return agent;
  }

  static newFromProviderData(context: ModelContext, worker: Worker, unit: Unit, providerData: Json): PacketWorkerAgent {
    return block(this.newFromProviderDataSteps(context, worker, unit, providerData));
  }

  static newFromProviderDataAsync(
    context: ModelContext,
    worker: Worker,
    unit: Unit,
    providerData: Json,
  ): Promise<PacketWorkerAgent> {
    return suspend(this.newFromProviderDataSteps(context, worker, unit, providerData));
  }

  /** Creates the agent's row, for the `newSteps` of providers. Ends when its status `accepted` is committed. */
  protected static *_registerAgentSteps(
    context: ModelContext,
    worker: Worker,
    unit: Unit,
    providerType: string,
  ): Steps<PacketWorkerAgent> {
    const row = yield* wait(
      context.db.write("newAgent", { workerId: worker.dbId, unitId: unit.dbId, providerType, at: context.clock.now() }),
    );
    unit.agentId = row.agentId;
    const agent = PacketWorkerAgent.get(context, row.agentId, row);
    yield* agent.updateStatusSteps("accepted");
    return agent;
  }

  /** As the base class. Also adds a `message_id` to the packet's data if it has none. */
  override observe(packet: Packet): void {
    packet.data["message_id"] ??= this.context.ids.next();
    super.observe(packet);
  }

  // Abstract again, so that the compiler asks each provider's class for them.
  abstract override approveWorkSteps(): Steps<void>;
  abstract override rejectWorkSteps(reason: string): Steps<void>;
  abstract override markDoneSteps(): Steps<void>;
}

/** @throws UnknownProviderError, or a TypeError when the provider has no class of packet agents */
function classFor(context: ModelContext, providerType: string): ProviderPacketAgentClass {
  const { PacketAgentClass } = context.providers.get(providerType);
  if (!(PacketAgentClass?.prototype instanceof PacketWorkerAgent)) {
    throw new TypeError(
      `the PacketAgentClass of crowd provider "${providerType}" must be a subclass of PacketWorkerAgent`,
    );
  }
  return PacketAgentClass as unknown as ProviderPacketAgentClass;
}
