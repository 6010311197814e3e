/**
 * The errors that tell task code its worker is gone, as `mephisto.data_model.exceptions` has them (the seed raises them from
 * `get_live_update` and `act`). Catch {@link AbsentAgentError} to handle any of them.
 */

/** The worker behind an agent cannot be asked any more. Thrown only as one of the four subclasses below. */
export abstract class AbsentAgentError extends Error {
  /** @param agentId the agent concerned, as its `getAgentId()` gives it */
  constructor(
    readonly agentId: string,
    message: string,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** No update came within the time allowed; the agent's status is now `timeout`. */
export class AgentTimeoutError extends AbsentAgentError {
  /** @param timeoutMs how long was waited, in ms */
  constructor(
    agentId: string,
    readonly timeoutMs: number,
  ) {
    super(agentId, `Agent ${agentId} exceeded its timeout of ${timeoutMs} ms`);
  }
}

/** The worker gave the task back. */
export class AgentReturnedError extends AbsentAgentError {
  constructor(agentId: string) {
    super(agentId, `Agent ${agentId} has returned the task`);
  }
}

/** The worker lost the connection, or closed the page, for good. */
export class AgentDisconnectedError extends AbsentAgentError {
  constructor(agentId: string) {
    super(agentId, `Agent ${agentId} has disconnected`);
  }
}

/** The run is ending: `shutdown()` was called on the agent. */
export class AgentShutdownError extends AbsentAgentError {
  constructor(agentId: string) {
    super(agentId, `Agent ${agentId} was shut down`);
  }
}

/** A class left a method for its subclasses to write, and they did not. The seed's `NotImplementedError`. */
export class NotImplementedError extends Error {
  override readonly name = "NotImplementedError";
  /** @param what the method, as `Class.method` */
  constructor(what: string) {
    super(`${what} is not implemented`);
  }
}

/** A row names a crowd provider that nobody registered. */
export class UnknownProviderError extends Error {
  override readonly name = "UnknownProviderError";
  constructor(
    readonly providerType: string,
    known: readonly string[],
  ) {
    super(`no crowd provider "${providerType}" is registered (registered: ${known.join(", ") || "none"})`);
  }
}

/** A handle was asked for an entity whose row is not in the database. */
export class NoSuchRowError extends Error {
  override readonly name = "NoSuchRowError";
  /** @param entity what was looked for, such as `unit` */
  constructor(
    readonly entity: string,
    readonly id: string,
  ) {
    super(`there is no ${entity} ${id} in the database`);
  }
}
