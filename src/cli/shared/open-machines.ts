/** The machines that make the load of a run: chooses them over Redis, and ends their part with the run. */
import { MachineGenerators, type LoadGenerators } from "../../load/run/index.js";
import { plannedWorkers, planHash, type LoadedScenario, type Plan } from "../../load/scenario/index.js";
import { uniqueName } from "../../results/index.js";
import { isModule, workersText } from "../../vocabulary/index.js";
import { redisAddressFrom, type Distributed } from "./redis-options.js";

export interface MachinesOptions {
  /** The room of work on several machines. */
  readonly distributed: Distributed;
  /** The value of `--redis`. */
  readonly redis: string;
  readonly loaded: LoadedScenario;
  readonly plan: Plan;
  /** How many machines take part, and threads on each at most; left out: as many as there are. */
  readonly machines: number | undefined;
  readonly threads: number | undefined;
  /** The URL of the target, as each machine is to resolve it. */
  readonly target: string;
  readonly interrupt: AbortSignal;
  readonly log: (line: string) => void;
}

export interface OpenedMachines {
  readonly generators: LoadGenerators;
  /** Nothing of the run is left in Redis. */
  close(): Promise<void>;
}

/** @throws {DistributedError} when Redis cannot be used, or has too few idle worker processes */
export async function openMachines(options: MachinesOptions): Promise<OpenedMachines> {
  const { distributed, redis, loaded, plan, machines, threads, target, interrupt, log } = options;
  const server = await distributed.connectRedis(redisAddressFrom(redis, distributed), { what: "--redis", log });
  try {
    const hash = planHash(plan);
    const recruited = await distributed.recruitMachines({
      server,
      id: uniqueName(`load-${plan.scenario}`, new Date()),
      title: `${plan.scenario}, ${workersText(plannedWorkers(plan))} at ${target}`,
      planHash: hash,
      workers: plan.workers,
      module: isModule(loaded.path) ? loaded.path : undefined,
      machines,
      threads,
      log,
    });
    const generators = new MachineGenerators({
      machines: recruited.machines,
      clock: recruited.clock,
      scenario: loaded.text,
      plan,
      planHash: hash,
      target,
      interrupt,
      cancelled: recruited.cancelled,
    });
    recruited.follow(() => generators.ended);
    return {
      generators,
      async close() {
        await generators.destroy();
        await recruited.close();
        server.close();
      },
    };
  } catch (error) {
    server.close();
    throw error;
  }
}
