/**
 * Kills `simulate` at seeded random points, fifty times. After each the database opens, the run can be told about, and
 * everything that clients noted as acknowledged is in the database: looked up here by SQL, not by the program's own
 * reading.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { openDatabase } from "../../../dist/platform/db/index.js";
import { examineIncompleteRun } from "../../../dist/load/run/index.js";
import { readAcknowledgements } from "../../../dist/results/index.js";
import { stream } from "../../../dist/load/scenario/index.js";

const KILLS = process.env["EXHAUSTIVE"] === undefined ? 5 : 50;
/** A run that had ended before it was to be killed is none; so many are tried at most. */
const TRIES = 2 * KILLS;
/** At once, since most of a run's life here is starting up. */
const LANES = 4;
/** The run takes about this long from its record on, ms; kills are spread over it. */
const LIFE_MS = 1500;
const REPORT_EVERY = 10;
const SEED = 20;

const SCENARIO = `name: tiny
description: A run of a second
incident: none
arrivals: { startRate: 80, stages: [{ duration: 1s, target: 80 }] }
task:
  blueprint: chat
  onboarding: { passRate: 0.9, actions: 1, thinkTime: 20ms }
  liveUpdateTimeout: 1s
  submissionTimeout: 1s
behaviours:
  talking: { weight: 0.8, actions: 3, thinkTime: { uniform: [20ms, 100ms] } }
  dropping:
    weight: 0.2
    actions: 3
    thinkTime: { uniform: [20ms, 100ms] }
    disconnect: { perAction: 0.5, detectionDelay: 20ms }
drainTimeout: 10s
`;

const simulate = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "crowdstorm-crash-"));
after(() => rmSync(root, { recursive: true, force: true }));
const scenarioPath = join(root, "tiny.yaml");
writeFileSync(scenarioPath, SCENARIO);

/** Starts a run, kills it so many ms after its record was written (or when it has ended), and gives its directory. */
async function killed(number: number, afterMs: number): Promise<string> {
  const results = join(root, String(number));
  const child = spawn(
    process.execPath,
    [simulate, "--scenario", scenarioPath, "--seed", String(number), "--results", results, "--quiet"],
    { stdio: "ignore" },
  );
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const directory = (): string | undefined =>
    existsSync(results) ? readdirSync(results).map((run) => join(results, run))[0] : undefined;
  const hasBegun = (): boolean => existsSync(join(directory() ?? "", "run.json"));
  while (!hasBegun() && child.exitCode === null) await sleep(5);
  await Promise.race([ended, sleep(afterMs)]);
  child.kill("SIGKILL");
  await ended;
  const found = directory();
  assert.ok(found !== undefined, "the run made no directory");
  return found;
}

/** The acknowledgements in the log that the database does not bear out. */
function unstored(directory: string): string[] {
  const log = join(directory, "acknowledgements.log");
  const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n").slice(0, -1) : [];
  const db = new Sqlite(join(directory, "run.db"), { readonly: true });
  try {
    const submits = db
      .prepare("SELECT count(*) FROM agent_state WHERE kind = 'submit' AND agent_type = ? AND agent_id = ?")
      .pluck();
    const changes = db
      .prepare("SELECT count(*) FROM status_changes WHERE new_status = ? AND agent_type = ? AND agent_id = ?")
      .pluck();
    const rows = {
      main: db.prepare("SELECT count(*) FROM agents WHERE agent_id = ?").pluck(),
      onboarding: db.prepare("SELECT count(*) FROM onboarding_agents WHERE onboarding_agent_id = ?").pluck(),
    };
    return lines.filter((line) => {
      const [, prefix, id, what] = /^(onboarding_)?(\d+) (.+)$/.exec(line) ?? [];
      const type = prefix === undefined ? "main" : "onboarding";
      // Every agent begins as that; only changes are in the table.
      if (what === "none") return rows[type].get(id) === 0;
      return (what === "submit" ? submits.get(type, id) : changes.get(what, type, id)) === 0;
    });
  } finally {
    db.close();
  }
}

test(`nothing that was acknowledged is missing after ${KILLS} kills`, async () => {
  const random = stream(SEED, "kills");
  const points = Array.from({ length: TRIES }, () => random() * LIFE_MS);
  const acknowledged = { agents: 0, statuses: 0, submits: 0 };
  let tried = 0;
  let cutOff = 0;
  const lane = async (): Promise<void> => {
    while (cutOff < KILLS && tried < TRIES) {
      const number = tried++;
      const directory = await killed(number, points[number] ?? 0);
      const wasCutOff = !existsSync(join(directory, "summary.json"));
      if (wasCutOff) cutOff++;

      assert.deepEqual(unstored(directory), [], `run ${number}`);
      const report = examineIncompleteRun(directory);
      assert.ok("missing" in report.acknowledgements);
      assert.deepEqual(report.acknowledgements.missing, []);
      assert.ok(report.record !== undefined);
      for (const { what } of readAcknowledgements(directory))
        acknowledged[what === "none" ? "agents" : what === "submit" ? "submits" : "statuses"]++;
      if (wasCutOff && cutOff % REPORT_EVERY === 0) {
        const { status, stdout, stderr } = spawnSync(process.execPath, [simulate, "report", directory], {
          encoding: "utf8",
        });
        assert.deepEqual([status, stderr], [0, ""]);
        assert.match(stdout, /^INCOMPLETE {2}tiny\n/);
        assert.match(stdout, /acknowledged +(0 .*: there is nothing to check|[\d,]+ .*, all of them in the database)/);
      }
      openDatabase(join(directory, "run.db")).close();
      rmSync(directory, { recursive: true });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  assert.ok(cutOff >= KILLS, `only ${cutOff} of ${tried} runs were cut off`);
  for (const [what, noted] of Object.entries(acknowledged))
    assert.ok(noted > KILLS, `only ${noted} ${what} were acknowledged`);
});

test("what was acknowledged and is not there is found, and said", async () => {
  const directory = await killed(1000, 800);
  writeFileSync(
    join(directory, "acknowledgements.log"),
    "onboarding_1 submit\nonboarding_1 submit\n999 completed\n1 comp",
  );
  rmSync(join(directory, "summary.json"), { force: true });
  const { status, stdout } = spawnSync(process.execPath, [simulate, "report", directory], { encoding: "utf8" });
  assert.equal(status, 98);
  assert.match(stdout, /✗ agent 999: completed/);
  assert.doesNotMatch(stdout, /comp\n/, "a line that was cut off is none");
});

test("a log of acknowledgements that is lost or damaged is unknown, and an empty one has nothing to check", async () => {
  const directory = await killed(1001, 800);
  rmSync(join(directory, "summary.json"), { force: true });
  const log = join(directory, "acknowledgements.log");
  const report = (): [number | null, string] => {
    const { status, stdout } = spawnSync(process.execPath, [simulate, "report", directory], { encoding: "utf8" });
    return [status, / {2}acknowledged +(.*)/.exec(stdout)?.[1] ?? stdout];
  };
  rmSync(log);
  assert.deepEqual(report(), [
    1,
    `unknown, so that nothing was checked: cannot read ${log}: there is no such file or directory`,
  ]);
  writeFileSync(log, "1 accepted\n\u0000\u0000\u0000\n2 accepted\n");
  assert.deepEqual(report(), [
    1,
    `unknown, so that nothing was checked: ${log}:2: invalid line: expected the id of an agent and a status or "submit"`,
  ]);
  writeFileSync(log, "");
  assert.deepEqual(report(), [0, "0 statuses and submits: there is nothing to check"]);
});

test("a directory that is no run, and one whose run had not begun", () => {
  const empty = join(root, "empty");
  assert.equal(spawnSync(process.execPath, [simulate, "report", empty], { encoding: "utf8" }).status, 2);
  const early = mkdtempSync(join(root, "early-"));
  assert.match(
    spawnSync(process.execPath, [simulate, "report", early], { encoding: "utf8" }).stderr,
    /is not a run: it has neither a summary nor a database\n$/,
  );
  openDatabase(join(early, "run.db"), { create: true }).close();
  const { status, stdout } = spawnSync(process.execPath, [simulate, "report", early], { encoding: "utf8" });
  assert.deepEqual([status, stdout], [0, `INCOMPLETE: the run did not start: ${early}\n`]);
  writeFileSync(join(early, "run.json"), "{");
  const damaged = spawnSync(process.execPath, [simulate, "report", early], { encoding: "utf8" });
  assert.deepEqual(
    [damaged.status, damaged.stderr],
    [1, `simulate: cannot read ${join(early, "run.json")}: it is not JSON\n`],
  );
  rmSync(join(early, "run.json"));
  writeFileSync(
    join(early, "run.db"),
    "not a database, but long enough to be taken for one by somebody who does not look",
  );
  const broken = spawnSync(process.execPath, [simulate, "report", early], { encoding: "utf8" });
  assert.deepEqual([broken.status, broken.stderr.trim().split("\n").length], [1, 1]);
});
