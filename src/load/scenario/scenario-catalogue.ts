/** Makes the catalogue of the scenarios that come with the package. */
import { arrivalsMsOf, scenarioWorkers } from "./build-plan.js";
import { loadScenario } from "./load-scenario.js";
import { shippedScenarios, type CatalogueEntry } from "./shipped-scenarios.js";

/** The content of the catalogue for the present scenario files. */
export function scenarioCatalogue(): CatalogueEntry[] {
  return shippedScenarios().map((name) => {
    const { scenario } = loadScenario(name);
    const { description, incident } = scenario;
    const { workers, closed } = scenarioWorkers(scenario);
    return {
      name,
      description,
      incident: incident.trim(),
      workers,
      ...(closed !== undefined && { atOnce: closed.atOnce }),
      arrivalsMs: arrivalsMsOf(scenario),
    };
  });
}
