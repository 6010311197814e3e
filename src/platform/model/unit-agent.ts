/** What agents on a unit have in common in both generations: their unit, and the decisions about the work done on it. */
import { block, type Steps, suspend } from "../sync/index.js";
import type { Assignment } from "./entities/assignment.js";
import type { Unit } from "./entities/unit.js";
import type { AgentHandle, Opening } from "./handle.js";
import type { UnitAgentRecord } from "./record.js";

/** An agent on a unit, of either generation. */
export interface UnitAgent {
  readonly unitId: string;
  readonly assignmentId: string;
  readonly providerType: string;
  /** The unit this agent is working on; loaded when first asked for. */
  getUnit(): Unit;
  /** The assignment this agent is working on; loaded when first asked for. */
  getAssignment(): Assignment;
  /** Approves the work done on this agent's unit. */
  approveWorkSteps(): Steps<void>;
  approveWork(): void;
  approveWorkAsync(): Promise<void>;
  /** Pays the worker for attempted work, but marks it as below the quality bar. */
  softRejectWorkSteps(): Steps<void>;
  softRejectWork(): void;
  softRejectWorkAsync(): Promise<void>;
  /** Rejects the work done on this agent's unit. @param reason an explanation for the worker */
  rejectWorkSteps(reason: string): Steps<void>;
  rejectWork(reason: string): void;
  rejectWorkAsync(reason: string): Promise<void>;
  /** Does what the provider requires for the worker to be able to submit, and for `getStatus` to return `completed`. */
  markDoneSteps(): Steps<void>;
  markDone(): void;
  markDoneAsync(): Promise<void>;
}

type HandleClass<Handle> = abstract new (opening: Opening<UnitAgentRecord>) => Handle;

/** A subclass of `Base` whose agents are on a unit. The decisions in form of Steps are left to the crowd providers. */
export function onUnit<Handle extends AgentHandle<UnitAgentRecord>>(
  Base: HandleClass<Handle>,
): HandleClass<Handle & UnitAgent> {
  abstract class AgentOnUnit extends (Base as HandleClass<AgentHandle<UnitAgentRecord>>) implements UnitAgent {
    get unitId(): string {
      return this.record.unitId;
    }

    get assignmentId(): string {
      return this.record.assignmentId;
    }

    get providerType(): string {
      return this.record.providerType;
    }

    getUnit(): Unit {
      return this.record.getUnit();
    }

    getAssignment(): Assignment {
      return this.record.getAssignment();
    }

    abstract approveWorkSteps(): Steps<void>;

    approveWork(): void {
      block(this.approveWorkSteps());
    }

    approveWorkAsync(): Promise<void> {
      return suspend(this.approveWorkSteps());
    }

    *softRejectWorkSteps(): Steps<void> {
      yield* this.approveWorkSteps();
      yield* this.updateStatusSteps("soft_rejected");
    }

    softRejectWork(): void {
      block(this.softRejectWorkSteps());
    }

    softRejectWorkAsync(): Promise<void> {
      return suspend(this.softRejectWorkSteps());
    }

    abstract rejectWorkSteps(reason: string): Steps<void>;

    rejectWork(reason: string): void {
      block(this.rejectWorkSteps(reason));
    }

    rejectWorkAsync(reason: string): Promise<void> {
      return suspend(this.rejectWorkSteps(reason));
    }

    abstract markDoneSteps(): Steps<void>;

    markDone(): void {
      block(this.markDoneSteps());
    }

    markDoneAsync(): Promise<void> {
      return suspend(this.markDoneSteps());
    }
  }
  return AgentOnUnit as unknown as HandleClass<Handle & UnitAgent>;
}
