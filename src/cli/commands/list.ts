/** `simulate list`: the scenarios that come with the package. */
import type { CommandModule } from "yargs";
import { formatCount } from "../../vocabulary/index.js";
import { arrivalsMsOf, formatDuration, loadScenario, shippedScenarios, workersOf } from "../../load/scenario/index.js";
import { examples } from "../shared/examples.js";
import { printJson, printLines } from "../shared/handle-closed-stdout.js";
import { jsonOption } from "../shared/shared-options.js";

interface ListArguments {
  readonly json: boolean;
}

export const listCommand: CommandModule<object, ListArguments> = {
  command: "list",
  describe: "List the scenarios that come with the package",
  builder: (yargs) => yargs.option("json", jsonOption).epilogue(examples(["$0 list", "all of them, a line each"])),
  handler: ({ json }) => {
    const scenarios = shippedScenarios().map((name) => {
      const { scenario, path } = loadScenario(name);
      const { description, incident } = scenario;
      return {
        name,
        description,
        incident: incident.trim(),
        workers: workersOf(scenario),
        arrivalsMs: arrivalsMsOf(scenario),
        path,
      };
    });
    if (json) {
      printJson(scenarios);
      return;
    }
    const width = Math.max(...scenarios.map(({ name }) => name.length));
    for (const { name, workers, arrivalsMs, description } of scenarios) {
      const size = `${formatCount(workers).padStart(5)} workers in ${formatDuration(arrivalsMs).padStart(3)}`;
      printLines(`${name.padEnd(width)}  ${size}  ${description}`);
    }
  },
};
