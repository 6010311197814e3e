/** `simulate explore` as a command: exit codes, what it prints and what it writes. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { MAIN } from "../../support/cli/simulate.js";

const directory = mkdtempSync(join(tmpdir(), "crowdstorm-explore-"));
after(() => rmSync(directory, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function simulate(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { cwd: directory }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

test("lists the programs", async () => {
  const { code, out } = await simulate("explore", "--json");
  assert.equal(code, 0);
  const names = (JSON.parse(out) as { name: string }[]).map(({ name }) => name);
  assert.ok(names.includes("producer-consumer") && names.includes("everything"), names.join());
});

test("no violation: exit code 0", async () => {
  const { code, out } = await simulate("explore", "shutdown-waiter");
  assert.equal(code, 0);
  assert.match(out, /no violation; every trace explored/);
});

test("a violation: exit code 98, and a schedule that replays with 98", async () => {
  const { code, out } = await simulate("explore", "shutdown-waiter", "--mailbox", "reference");
  assert.equal(code, 98);
  assert.match(out, /AgentTimeoutError after 0 ms/);
  const run = readdirSync(join(directory, "results")).find((name) =>
    name.startsWith("explore-shutdown-waiter-reference"),
  );
  assert.ok(run !== undefined);
  const file = join("results", run, "schedule.json");
  assert.match(out, /page: results\/explore-shutdown-waiter-reference-.*\/schedule\.html\n/);
  assert.match(
    readFileSync(join(directory, "results", run, "schedule.html"), "utf8"),
    /✗ Violation.*<svg class="whole"/s,
  );
  assert.equal((await simulate("explore", "replay", file)).code, 98);
  assert.equal((await simulate("explore", "--strategy", "replay", "--schedule", file)).code, 98);
});

test("a stopped exploration is resumed", async () => {
  assert.equal((await simulate("explore", "drained", "--schedules", "2")).code, 0);
  const run = readdirSync(join(directory, "results")).find((name) => name.startsWith("explore-drained-sound"));
  assert.ok(run !== undefined);
  const file = join("results", run, "progress.json");
  assert.match(readFileSync(join(directory, file), "utf8"), /frontier/);
  const stopped = await simulate("explore", "drained", "--schedules", "2", "--json", "--results", "elsewhere");
  const { resume } = JSON.parse(stopped.out) as { resume: string };
  assert.match(
    resume,
    /explore drained --schedules 2 --results elsewhere --resume elsewhere\/explore-\S+\/progress\.json$/,
  );
  const { code, out } = await simulate("explore", "drained", "--resume", file, "--json");
  assert.equal(code, 0);
  assert.deepEqual(
    (({ covered, schedules }) => ({ covered, schedules }))(JSON.parse(out) as { covered: boolean; schedules: number }),
    { covered: true, schedules: 4 },
  );
  assert.equal((await simulate("explore", "signal", "--resume", file)).code, 2);
});

test("the progress of another program, of other limits or of another version is refused in one line", async () => {
  const moduleOf = (calls: string): void =>
    writeFileSync(
      join(directory, "changing.mjs"),
      `
      import { define } from ${JSON.stringify(new URL("../../../dist/explore/index.js", import.meta.url).href)};
      const thread = ({ event }) => {
        ${calls}
        return null;
      };
      export const changing = define({ name: "changing", description: "d", threads: { a: thread, b: thread } });
    `,
    );
  const before = 'event("didSubmit").set(); event("didSubmit").clear();';
  for (const by of ["traces", "states"]) {
    moduleOf(before);
    const stopped = await simulate("explore", "./changing.mjs", "--by", by, "--schedules", "2", "--json");
    const file = /--resume (\S+)$/.exec((JSON.parse(stopped.out) as { resume: string }).resume)?.[1] ?? "";
    const resume = ["explore", "./changing.mjs", "--by", by, "--resume", file, "--quiet"];
    assert.deepEqual(await simulate(...resume), { code: 0, out: "", err: "" });
    const limited = await simulate(...resume, "--max-steps", "400");
    const limit = `simulate: invalid value "400" for --max-steps: expected 5000, as in ${file}\n`;
    assert.deepEqual([limited.code, limited.err], [2, limit]);
    moduleOf(`${before} ${before}`);
    const { code, err } = await simulate(...resume);
    const expected = "expected the progress of this program: its first execution is not that of this file";
    assert.deepEqual([code, err], [2, `simulate: invalid value "${file}" for --resume: ${expected}\n`]);
    const progress = JSON.parse(readFileSync(join(directory, file), "utf8")) as Record<string, unknown>;
    writeFileSync(join(directory, file), JSON.stringify({ ...progress, version: 1 }));
    const old = await simulate(...resume);
    const version = "version: expected 2, of this version of the program";
    assert.deepEqual([old.code, old.err], [2, `simulate: ${file}: not the progress of an exploration: ${version}\n`]);
  }
});

test("a violation is printed, and decides the exit code, when its schedule cannot be written", async () => {
  writeFileSync(join(directory, "file"), "");
  const { code, out, err } = await simulate(
    "explore",
    "shutdown-waiter",
    "--mailbox",
    "reference",
    "--results",
    "file",
  );
  assert.equal(code, 98);
  assert.match(out, /violation: .*\n\nschedule with /);
  assert.doesNotMatch(out, /replay|page/);
  assert.match(err, /^simulate: the schedule was not saved: cannot create the results directory file\/explore-.*\n$/);
});

test("the progress of an exploration cannot be written: exit code 1 and one clear line", async () => {
  const { code, err } = await simulate("explore", "drained", "--schedules", "2", "--results", "file");
  assert.equal(code, 1);
  assert.match(err, /^simulate: cannot create the results directory file\/.*\n$/);
});

test("a schedule that does not fit its program is no violation", async () => {
  const run = readdirSync(join(directory, "results")).find((name) =>
    name.startsWith("explore-shutdown-waiter-reference"),
  );
  const kept = JSON.parse(readFileSync(join(directory, "results", run ?? "", "schedule.json"), "utf8")) as Record<
    string,
    unknown
  >;
  for (const [change, expected] of [
    [{ steps: [7, 7] }, /: the thread of step 1 cannot run there\n$/],
    [{ steps: [...(kept["steps"] as number[]), 0, 7, 7] }, /: the thread of step \d+ cannot run there\n$/],
    [{ steps: new Array<number>(6000).fill(0) }, / has 6,000 steps: expected --max-steps 6000 or more\n$/],
  ] as const) {
    writeFileSync(join(directory, "old.json"), JSON.stringify({ ...kept, ...change }));
    const { code, out, err } = await simulate("explore", "replay", "old.json");
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, /^simulate: old\.json .*\n$/);
    assert.match(err, expected);
  }
});

test("a sampling that is resumed twice keeps its seed and depth, and a search by states stays by states", async () => {
  const begun = async (...args: readonly string[]): Promise<string> => {
    const { code, out } = await simulate("explore", ...args);
    assert.equal(code, 0);
    const file = /--resume (.*)\n/.exec(out)?.[1];
    assert.ok(file !== undefined, out);
    return file;
  };
  const sampling = ["drained", "--strategy", "pct", "--schedules", "2"] as const;
  const first = await begun(...sampling, "--seed", "7", "--depth", "2", "--results", "first");
  const second = await begun(...sampling, "--resume", first, "--results", "second");
  const { seed, depth, resumption } = JSON.parse(readFileSync(join(directory, second), "utf8")) as Record<
    string,
    unknown
  >;
  assert.deepEqual({ seed, depth, resumption }, { seed: "7", depth: 2, resumption: { from: 4 } });
  for (const other of [
    ["--seed", "1"],
    ["--depth", "3"],
  ]) {
    const { code, err } = await simulate("explore", ...sampling, "--resume", first, ...other);
    const expected = "expected the same settings as in this file: drained, sound, pct, seed 7, depth 2";
    assert.deepEqual([code, err], [2, `simulate: invalid value "${first}" for --resume: ${expected}\n`]);
  }
  const states = await begun("drained", "--by", "states", "--schedules", "2", "--results", "third");
  assert.match((await simulate("explore", "drained", "--resume", states)).out, /every state explored/);
  assert.match(
    (await simulate("explore", "drained", "--by", "traces", "--resume", states)).err,
    /expected the same settings as in this file: drained, sound, exhaustive, states\n/,
  );
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`an exploration that is stopped by ${signal} writes its progress: exit code 1`, {
    skip: process.platform === "win32",
  }, async () => {
    const ran = join(directory, `ran-${signal}`);
    // Too many traces to finish. The file shows that the exploration has begun.
    writeFileSync(
      join(directory, "endless.mjs"),
      `
      import { writeFileSync } from "node:fs";
      import { define } from ${JSON.stringify(new URL("../../../dist/explore/index.js", import.meta.url).href)};
      const toggle = ({ event }) => {
        writeFileSync(process.env.RAN, "");
        for (let n = 0; n < 30; n++) n % 2 === 0 ? event("didSubmit").set() : event("didSubmit").clear();
        return null;
      };
      const threads = { a: toggle, b: toggle, c: toggle };
      export const endless = define({ name: "endless", description: "toggles", threads, check: () => [] });
    `,
    );
    const child = spawn(process.execPath, [MAIN, "explore", "./endless.mjs", "--results", signal], {
      cwd: directory,
      env: { ...process.env, RAN: ran },
    });
    let out = "";
    child.stdout.on("data", (text: Buffer) => (out += text.toString()));
    const ended = once(child, "close");
    while (!existsSync(ran)) await setTimeout(10);
    child.kill(signal);
    assert.deepEqual(await ended, [1, null]);
    const file = /--resume (.*)\n/.exec(out)?.[1];
    assert.match(readFileSync(join(directory, file ?? ""), "utf8"), /frontier/);
  });
}

test("wrong usage: exit code 2 and one clear line", async () => {
  writeFileSync(join(directory, "empty.js"), "export {};\n");
  writeFileSync(join(directory, "bad.json"), "{}");
  const cases: readonly [args: string[], message: RegExp][] = [
    [["explore", "shutdown-waitr"], /did you mean "shutdown-waiter"\?/],
    [["explore", "./missing.js"], /there is no such file/],
    [["explore", "./"], /it is a directory, expected a module/],
    [["explore", "./empty.js"], /exports no program/],
    [["explore", "replay"], /missing schedule: expected simulate explore replay FILE/],
    [["explore", "replay", "missing.json"], /cannot read missing\.json/],
    [["explore", "replay", "bad.json"], /not a schedule/],
    [["explore", "drained", "--strategy", "pct", "--depth", "0"], /invalid value "0" for --depth/],
    [["explore", "drained", "other"], /unexpected argument "other"/],
    [["explore", "drained", "--strategy", "replay", "--schedule", "bad.json"], /unexpected argument "drained"/],
    [["explore", "drained", "--depth", "4"], /--depth applies to pct, not to exhaustive/],
    [["explore", "drained", "--seed", "4"], /--seed applies to pct, random, not to exhaustive/],
    [["explore", "drained", "--strategy", "pct", "--by", "states"], /--by applies to exhaustive, not to pct/],
    [["explore", "replay", "bad.json", "--mailbox", "sound"], /--mailbox applies to .*, not to replay/],
    [["explore", "--seconds", "4"], /--seconds applies to .*, not to the list of programs/],
  ];
  for (const [args, message] of cases) {
    const { code, err } = await simulate(...args);
    assert.equal(code, 2, args.join(" "));
    assert.match(err, message);
    assert.equal(err.trim().split("\n").length, 1, err);
  }
});
