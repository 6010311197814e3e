#!/usr/bin/env node
/**
 * Whether the regression gate can be trusted on this machine, by trying it: a copy of the build in which every status
 * update burns 10 % more, and one that is the same, are measured against the build in turn, as
 * `simulate bench --against` does, and judged.
 *
 *   node scripts/check-gate.js [--trials 1] [--rounds 40] [--slowdown 10] [--loops N] [--output FILE]
 *
 * What is burnt is a fixed number of loops (--loops), by default as many as make up that share of what an update costs
 * here and now. --output keeps the rounds. A trial at 40 rounds takes 14 minutes on two cores. Run `npm run build`
 * first.
 */
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { compareFigures, measurePaired } from "../dist/bench/index.js";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const NAMES = ["status"];
/** Judged by these: what the gate promises to catch (docs/performance.md). */
const METRICS = ["status/together", "status/p50"];

const { values } = parseArgs({
  options: {
    trials: { type: "string", default: "1" },
    rounds: { type: "string", default: "40" },
    slowdown: { type: "string", default: "10" },
    loops: { type: "string" },
    output: { type: "string" },
  },
});
const [trials, rounds, slowdown] = [Number(values.trials), Number(values.rounds), Number(values.slowdown) / 100];

/** Appended to a module that everybody imports: the double of `updateStatus`. */
const double = (loops) => `
import * as self from "./index.js";
const { updateStatusSteps } = self.Agent.prototype;
let burnt = 1;
self.Agent.prototype.updateStatusSteps = function (...args) {
  for (let n = 0; n < ${loops}; n++) burnt = (Math.imul(burnt, 1664525) + 1013904223) | 0;
  return updateStatusSteps.apply(this, args);
};
`;

/** Without the bundle, so that the copy runs its modules. */
function copyOfBuild(directory, name, loops) {
  const root = join(directory, name);
  for (const path of ["dist", "package.json", "scenarios"])
    cpSync(join(ROOT, path), join(root, path), { recursive: true });
  rmSync(join(root, "dist/bundle"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
  if (loops > 0) appendFileSync(join(root, "dist/platform/model/index.js"), double(loops));
  return root;
}

/** As many loops as take that share of an update. */
async function calibrated() {
  const { base } = await measurePaired(ROOT, ROOT, { names: NAMES, rounds: 1 });
  const aSecond = base.find(({ name }) => name === "status/together").rounds[0];
  const loops = 20_000_000;
  let burnt = 1;
  const burn = () => {
    for (let n = 0; n < loops; n++) burnt = (Math.imul(burnt, 1664525) + 1013904223) | 0;
  };
  burn();
  const began = performance.now();
  burn();
  return Math.round(((slowdown * 1000) / aSecond) * (loops / (performance.now() - began)));
}

const directory = mkdtempSync(join(tmpdir(), "crowdstorm-gate-"));
try {
  const loops = values.loops === undefined ? await calibrated() : Number(values.loops);
  console.log(`${loops} loops in every status update`);
  const original = copyOfBuild(directory, "original", 0);
  const copies = { same: copyOfBuild(directory, "same", 0), slowed: copyOfBuild(directory, "slowed", loops) };
  const found = { same: 0, slowed: 0 };
  const kept = [];
  for (let trial = 1; trial <= trials; trial++) {
    for (const [what, copy] of Object.entries(copies)) {
      const { base, current } = await measurePaired(original, copy, { names: NAMES, rounds });
      kept.push({ what, base, current });
      const { comparisons } = compareFigures(base, current, { paired: true, leastEffect: 0.05 });
      const judged = comparisons.filter(({ name }) => what === "same" || METRICS.includes(name));
      if (judged.some(({ verdict }) => verdict === "slower")) found[what]++;
      console.log(
        `${what}: ${judged.map(({ name, ratio, verdict }) => `${name} ${ratio.value.toFixed(3)} ${verdict}`).join(", ")}`,
      );
    }
    console.log(`after ${trial}: ${found.slowed} slowdowns caught, ${found.same} false alarms`);
  }
  if (values.output !== undefined) writeFileSync(values.output, JSON.stringify(kept));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
