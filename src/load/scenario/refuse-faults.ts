/** Scenarios that a kind of run cannot carry out, because of their faults or their shutdown. */
import { isNetworkFault } from "../../vocabulary/index.js";
import { ScenarioError } from "./scenario-error.js";
import type { Scenario } from "./scenario-schema.js";

/** @throws ScenarioError when the scenario is for runs over a network, and the run is of a platform in this process */
export function refuseNetworkScenario({ name, faults, target }: Scenario): void {
  const fault = faults.find(isNetworkFault);
  if (fault !== undefined)
    throw new ScenarioError([
      `${name} has faults of a network (${fault.kind}): add --listen 127.0.0.1:3000, and launch a Mephisto task, whose backend connects`,
    ]);
  if (target?.required === true)
    throw new ScenarioError([
      `${name} is for runs over a network: add --listen 127.0.0.1:3000 and launch a Mephisto task, or --target URL`,
    ]);
}

/** @throws ScenarioError when the scenario has faults, or a shutdown, that a client of a router cannot bring about */
export function refuseFaultsOfTarget({ name, task, faults, shutdownAt }: Scenario): void {
  refuseOfThisProcess(name, "shutdownAt", shutdownAt, "--target");
  refuseOfThisProcess(name, "task.plantedRace", task.plantedRace, "--target");
  const fault = faults[0];
  if (fault === undefined) return;
  throw new ScenarioError([
    isNetworkFault(fault)
      ? `${name} has faults of a network (${fault.kind}), which are the router's: use --listen in the place of --target`
      : `${name} has a fault of the platform's own threads (${fault.kind}): run it without --target`,
  ]);
}

/** @throws ScenarioError when the scenario has faults of the platform's threads, database or clock, or a shutdown */
export function refuseThreadFaultsOfRouter({ name, task, faults, shutdownAt }: Scenario): void {
  refuseOfThisProcess(name, "shutdownAt", shutdownAt, "--listen");
  refuseOfThisProcess(name, "task.plantedRace", task.plantedRace, "--listen");
  const fault = faults.find((each) => !isNetworkFault(each));
  if (fault === undefined) return;
  throw new ScenarioError([
    `${name} has a fault of the platform's own threads (${fault.kind}): run it without --listen`,
  ]);
}

function refuseOfThisProcess(name: string, field: string, value: unknown, option: string): void {
  if (value === undefined) return;
  throw new ScenarioError([`${name} has ${field}, which is for a platform in this process: run it without ${option}`]);
}
