/** The ids of the live updates that simulated workers send: the agent, and the number of the update. */

/** The id of the agent's update with this number, from 1. */
export function updateIdFor(agentId: string, number: number): string {
  return `${agentId}/${number}`;
}

/** The number of the update with this id; undefined for an id of another form, such as a browser's. */
export function updateNumberOf(updateId: unknown): number | undefined {
  const number = typeof updateId === "string" ? /^[^/]+\/(\d+)$/.exec(updateId)?.[1] : undefined;
  return number === undefined ? undefined : Number(number);
}
