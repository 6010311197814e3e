/** A sweep over many seeds: what it counts, which seeds fail, and how it ends. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { runInMemory } from "../../../dist/load/run/index.js";
import { simulate, start } from "../../support/cli/simulate.js";
import { scenario, SCENARIO_TEXT, temporaryDirectory } from "../../support/virtual/support.js";

describe("a sweep", () => {
  it("runs every seed once and says what was reached", async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, "everything.yaml");
    writeFileSync(file, SCENARIO_TEXT);
    const { code, stdout } = await simulate("sweep", "--scenario", file, "--seeds", "3..8", "--threads", "2", "--json");
    const result = JSON.parse(stdout) as { seeds: number; failing: unknown[]; sometimes: Record<string, number> };
    assert.deepEqual([code, result.seeds, result.failing], [0, 6, []]);
    assert.equal(result.sometimes["unit-again"], 6);
    assert.equal(result.sometimes["partner-disconnect"], 0);
  });

  it("evaluates the thresholds when it is asked to: a seed that misses one fails, apart from broken invariants", async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, "everything.yaml");
    const results = join(directory.path, "results");
    const args = ["sweep", "--scenario", file, "--seeds", "3..8", "--results", results];
    writeFileSync(file, SCENARIO_TEXT);
    const none = await simulate(...args, "--thresholds");
    assert.deepEqual(
      [none.code, none.stderr],
      [2, "simulate: --thresholds requires a scenario with thresholds: everything has none\n"],
    );
    // A bound between the lowest and the highest number of updates: some seeds miss it.
    const taken: number[] = [];
    for (let seed = 3; seed <= 8; seed++) {
      const { missed = [] } = runInMemory({
        scenario: scenario(`${SCENARIO_TEXT}thresholds: { live_updates_taken: ["count<0"] }\n`),
        planOptions: { seed },
        mailbox: "sound",
        thresholds: true,
      });
      taken.push(missed[0]?.observed ?? assert.fail("no threshold was missed"));
    }
    const bound = Math.max(...taken);
    const missing = taken.flatMap((count, index) => (count < bound ? [] : [index + 3]));
    writeFileSync(
      file,
      `${SCENARIO_TEXT}thresholds: { live_updates_taken: ["count<${bound}"], errors: ["count==0"] }\n`,
    );
    const { code, stdout } = await simulate(...args, "--thresholds");
    assert.equal(code, 99);
    assert.match(stdout, new RegExp(`^✗ 6 seeds, 0 failed, ${missing.length} missed a threshold\n`));
    const [seed = 0] = missing;
    const [, command = ""] =
      new RegExp(
        `\nMissed thresholds\n\n  seed ${seed}\n    ✗ live_updates_taken count<${bound}: observed ${bound}\n    .*?(--scenario .*)\n`,
      ).exec(stdout) ?? [];
    // The seed alone misses it too.
    assert.equal((await simulate(...command.split(" "), "--quiet", "--results", results)).code, 99);

    const json = await simulate(...args, "--thresholds", "--json");
    const { failing, missing: found } = JSON.parse(json.stdout) as { failing: unknown[]; missing: { seed: number }[] };
    assert.deepEqual([json.code, failing, found.map((one) => one.seed)], [99, [], missing]);
    const bail = await simulate(...args, "--thresholds", "--bail", "--threads", "1", "--json");
    assert.equal((JSON.parse(bail.stdout) as { seeds: number }).seeds, seed - 2);
    assert.equal((await simulate(...args)).code, 0);
  });

  it("says that it was interrupted, and of how many seeds; thresholds are not its business", {
    skip: process.platform === "win32",
  }, async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, "everything.yaml");
    writeFileSync(file, `${SCENARIO_TEXT}thresholds: { workers_started: ["count<0"] }\n`);
    const { stdout: whole } = await simulate("sweep", "--scenario", file, "--seeds", "3..4");
    assert.match(whole, /^✓ 2 seeds, 0 failed \(thresholds are not evaluated\)\n/);
    const { child, ended } = start(["sweep", "--scenario", file, "--seeds", "1..100000", "--results", directory.path]);
    // It has begun when it says how far it is.
    child.stderr?.once("data", () => child.kill("SIGHUP"));
    const { code, stdout } = await ended;
    assert.equal(code, 1);
    assert.match(stdout, /^✗ interrupted: \d+ of 100,000 seeds, 0 failed /);
    const kept = /\nResults {2}(\S+sweep\.json)\n$/.exec(stdout)?.[1] ?? "";
    assert.equal((JSON.parse(readFileSync(kept, "utf8")) as { interrupted: boolean }).interrupted, true);
  });
});
