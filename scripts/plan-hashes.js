/**
 * Prints, for each scenario that is shipped, one hash over the hashes of its plans for the seeds 1 to 20. Needs no
 * native module, so that it runs on any Node: what two versions print has to be the same (docs/replay.md).
 */
import { createHash } from "node:crypto";
import { buildPlan, loadScenario, planHash, shippedScenarios } from "../dist/load/scenario/index.js";

const SEEDS = 20;

for (const name of shippedScenarios()) {
  const { scenario } = loadScenario(name);
  const hash = createHash("sha256");
  for (let seed = 1; seed <= SEEDS; seed++) hash.update(planHash(buildPlan(scenario, { seed })));
  console.log(`${hash.digest("hex")}  ${name}`);
}
