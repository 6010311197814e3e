/** Runs on several machines, without a network between them: what their tests share. */
import type { TestContext } from "node:test";
import {
  runNetwork,
  runShard,
  type LoadGenerators,
  type MachineGeneratorsOptions,
  type ShardHost,
} from "../../../dist/load/run/index.js";
import { dialectOf, networkTargetOf, TargetDatabase } from "../../../dist/load/network/index.js";
import { TargetObserver } from "../../../dist/load/run/network/target-observer.js";
import { buildPlan, parseScenario, planHash } from "../../../dist/load/scenario/index.js";
import { temporaryDirectory } from "../cli/simulate.js";
import { channelPair, type ChannelPair } from "./machine-channels.js";
import { serveTask, type TaskServerOptions } from "./task-server.js";

/** The machines of these tests share the clock of this one, but for 5 s. */
const clock = { offset: () => Promise.resolve({ offsetMs: 5000, uncertaintyMs: 0.1 }) };
const NEVER = new AbortController().signal;

/** The run of `text` on what `generatorsOf` makes. */
export async function run(
  t: TestContext,
  text: string,
  url: string,
  generatorsOf: (options: Omit<MachineGeneratorsOptions, "machines">) => LoadGenerators,
  database?: string,
  onWarning?: (warning: string) => void,
) {
  const scenario = parseScenario(text, "test");
  const plan = buildPlan(scenario, {});
  const address = { url, ip: "127.0.0.1", family: 4 } as const;
  const ends = { interrupt: NEVER, cancelled: NEVER };
  const options = { clock, scenario: text, plan, planHash: planHash(plan), target: url, ...ends };
  return runNetwork(
    {
      loaded: { scenario, path: "test", text },
      plan,
      planOptions: {},
      resultsRoot: temporaryDirectory(t),
      runId: "run",
      options: {},
      reproduce: "simulate",
      interrupt: NEVER,
      ...(onWarning !== undefined && { onWarning }),
    },
    {
      target: networkTargetOf(scenario, address, {}),
      dialect: { ...dialectOf("chat"), answersEach: false },
      observer: new TargetObserver(database === undefined ? undefined : new TargetDatabase(database), undefined),
      generators: generatorsOf(options),
    },
  );
}

export async function served(t: TestContext, options: TaskServerOptions = {}) {
  const server = await serveTask(options);
  t.after(() => server.close());
  return server;
}

/** A machine whose part runs here, and ends with the test. */
export function machineHere(name: string, threads: number, host: Partial<ShardHost> = {}) {
  const pair = channelPair();
  const ended = runShard({ channel: pair.machine, clock, allowRemote: false, interrupt: NEVER, ...host });
  return { recruited: recruit(name, threads, pair), pair, ended };
}

export function recruit(name: string, threads: number, { coordinator: channel }: ChannelPair) {
  return { name, node: process.version, cores: threads, threads, channel };
}
