/** The outputs of a run (`--out`) from its start to its summary. Loaded only for a run that has some. */
import type { FinishedRun, RunningRun } from "../../load/run/index.js";
import type { LoadedScenario, Plan } from "../../load/scenario/index.js";
import { openOutputs, type OutputChoice, type Outputs } from "../../outputs/index.js";
import { noteOutputs, outputText } from "../../report/index.js";
import { readReportData, type Summary } from "../../results/index.js";
import { logLines } from "./print.js";

/** What a run is called. */
interface RunIdentity {
  readonly runId: string;
  readonly loaded: Pick<LoadedScenario, "scenario">;
  readonly plan: Pick<Plan, "seed">;
}

/** @throws {OutputError} when an output needs packages that are not installed */
export async function openRunOut(choices: readonly OutputChoice[]): Promise<RunOut> {
  return new RunOut(await openOutputs(choices));
}

export class RunOut {
  constructor(private readonly outputs: Outputs) {}

  get samples(): Outputs["samples"] {
    return this.outputs.samples;
  }

  /** The run goes on. */
  start(
    { measured, from }: Pick<RunningRun, "measured" | "from">,
    { runId, loaded, plan }: RunIdentity,
    engine: Summary["engine"],
  ): void {
    const scenario = loaded.scenario.name;
    this.outputs.start({ measured, from, runId, scenario, seed: String(plan.seed), engine });
  }

  /** Resolves when more can be taken without a loss. */
  room(): Promise<void> {
    return this.outputs.room();
  }

  /** Hands over what is left, and notes in the run's directory what came of the outputs. @throws ResultsError */
  async finish({ directory, summary }: FinishedRun): Promise<FinishedRun> {
    const outputs = await this.outputs.end({ summary, data: readReportData(directory) });
    return { directory, summary: noteOutputs(directory, { ...summary, outputs }) };
  }

  /** The run failed: hands over what there is. */
  async abandon(): Promise<void> {
    this.logProblems({ outputs: await this.outputs.end(undefined) });
  }

  /** Prints what is missing in the outputs. */
  logProblems({ outputs = [] }: Pick<Summary, "outputs">): void {
    logLines(...outputs.filter(({ problem }) => problem !== null).map((output) => `warning: ${outputText(output)}`));
  }
}
