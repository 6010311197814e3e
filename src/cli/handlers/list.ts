/** `simulate list`: lists the scenarios of the package. */
import { formatDuration } from "../../load/scenario/format-duration.js";
import { pathOfShipped, readCatalogue } from "../../load/scenario/shipped-scenarios.js";
import { formatCount } from "../../vocabulary/index.js";
import { printJson, printLines } from "../shared/print.js";

export interface ListArguments {
  readonly json: boolean;
}

export function handler({ json }: ListArguments): void {
  const scenarios = readCatalogue();
  if (json) {
    printJson(scenarios.map((scenario) => ({ ...scenario, path: pathOfShipped(scenario.name) })));
    return;
  }
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  for (const { name, workers, atOnce, arrivalsMs, description } of scenarios) {
    const what = workers === atOnce ? "at once" : "workers";
    const size = `${formatCount(workers).padStart(5)} ${what} in ${formatDuration(arrivalsMs).padStart(3)}`;
    printLines(`${name.padEnd(width)}  ${size}  ${description}`);
  }
}
