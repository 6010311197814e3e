/** The demonstration of `simulate sweep --demo`: every command that it prints works, from the sweep to the replay. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { runInMemory } from "../../../dist/load/run/index.js";
import { loadScenario, parseScenario } from "../../../dist/load/scenario/index.js";
import { makePlayground, type Playground } from "../../support/docs/playground.js";

describe("the demonstration", () => {
  let playground: Playground;
  before(() => {
    playground = makePlayground();
  });
  after(() => playground.remove());

  const shell = (command: string, exit: number): ReturnType<Playground["shell"]> => playground.shell(command, "", exit);

  test("a sweep finds the planted fault, shrink makes it small, and replay marks where it broke", async () => {
    const sweep = await shell("npx simulate sweep --demo --bail --seeds 1..400", 98);
    assert.equal(sweep.code, 98, sweep.stderr);
    assert.match(sweep.stdout, /^ {4}✗ updates-exactly-once-in-order: .*lost: 1 of \d+ updates were not taken/m);
    const commands = sweep.stdout.match(/^ +npx simulate .*$/gm)?.map((line) => line.trim()) ?? [];
    const [run = "", shrink = "", again, small = "", replay = "", ...others] = commands;
    assert.deepEqual([again, others], [shrink, []]);

    assert.equal((await shell(`${run} --quiet`, 98)).code, 98);

    const shrunk = await shell(shrink, 98);
    assert.equal(shrunk.code, 0, shrunk.stderr);
    const [, file = ""] = /--scenario (\S+\.yaml)/.exec(small) ?? [];
    assert.ok(shrunk.stdout.endsWith(`${small}\n`), shrunk.stdout);
    const { workers = [] } = parseScenario(readFileSync(join(playground.directory, file), "utf8"), file);
    const updates = workers.flatMap(({ task }) => task?.actions ?? []);
    assert.deepEqual([workers.length, updates.length], [1, 2]);

    const failing = await shell(small, 98);
    assert.equal(failing.code, 98, failing.stderr);
    const replayed = await shell(replay, 98);
    assert.equal(replayed.code, 98, replayed.stderr);
    assert.match(
      replayed.stdout,
      /^● .*append .*\n {4}▲ live update 2 is never taken$[^]*^✗ .*write .*"completed".*\n {4}▲ updates-exactly-once-in-order broke here: /m,
    );
    const [, all = ""] = /^all events of agent \d+: (npx simulate .*)$/m.exec(replayed.stdout) ?? [];
    const agent = await shell(all, 98);
    assert.equal(agent.code, 98, agent.stderr);
    assert.match(agent.stdout, /^✗ .*\n {4}▲ [^]*^✗ updates-exactly-once-in-order: lost: agent 1: 1 of 2 updates/m);
  });

  test("without a failing seed it says so, and asks for more", async () => {
    const { code, stdout } = await shell("npx simulate sweep --demo --workers 1 --seeds 1", 0);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^✓ 1 seed, 0 failed [^]*None of these seeds does: expected more, such as --seeds 1\.\.100\.$/m,
    );
  });

  test("it has a scenario of its own, which is in no list and is not run against a target", async () => {
    const refused = await shell("npx simulate sweep --demo --scenario steady", 2);
    assert.equal(refused.code, 2);
    // The shell may say something of its own before.
    assert.match(
      refused.stderr,
      /^simulate: --scenario cannot be combined with --demo: the demonstration has a scenario of its own$/m,
    );
    assert.doesNotMatch((await shell("npx simulate list", 0)).stdout, /planted-race/);
    assert.match((await shell("npx simulate show planted-race", 0)).stdout, /plantedRace: true/);
    const target = await shell("npx simulate planted-race --target ws://127.0.0.1:9", 2);
    assert.match(target.stderr, /planted-race has task\.plantedRace, which is for a platform in this process/);
    const { text } = loadScenario("planted-race");
    assert.throws(
      () => parseScenario(text.replace("blueprint: chat", "blueprint: remote-procedure"), "x.yaml"),
      /task\.plantedRace: requires blueprint: chat and one worker for each assignment/,
    );
  });

  test("without its one key the scenario has no failing seed", () => {
    const { text } = loadScenario("planted-race");
    const scenario = parseScenario(text.replace("plantedRace: true", ""), "sound.yaml");
    for (let seed = 1; seed <= 20; seed++)
      assert.deepEqual(runInMemory({ scenario, planOptions: { seed }, mailbox: "sound" }).failures, []);
  });
});
