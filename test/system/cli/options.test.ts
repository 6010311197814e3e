/** The meaning of words in every command: `-`, options of several commands, words that are not options. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import yargs, { type CommandModule } from "yargs";
import { COMMANDS } from "../../../dist/cli/shared/commands.js";
import { MAIN, onlySummary, simulate, temporaryDirectory, type Ended } from "../../support/cli/simulate.js";

/** No Redis is there: these arguments are refused before it is asked. */
const NO_REDIS = "redis://127.0.0.1:1";
/** A scenario that lists its workers. */
const LISTED = fileURLToPath(new URL("../../../test/data/verdicts/percent-125.yaml", import.meta.url));

const STEADY = readFileSync(fileURLToPath(new URL("../../../scenarios/steady.yaml", import.meta.url)), "utf8");

function withInput(input: string, ...args: string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { input, encoding: "utf8" });
  return { code: status, stdout, stderr };
}

test("- is standard input for a scenario, and the run can be reproduced from its files", (t) => {
  const results = temporaryDirectory(t);
  assert.match(withInput(STEADY, "validate", "-").stdout, /^standard input: valid: steady, /);
  const bad = withInput("no scenario at all", "validate", "-");
  assert.deepEqual([bad.code, bad.stdout], [2, ""]);
  assert.match(bad.stderr, /^standard input:1: must be a mapping [^\n]*\n$/);
  const run = withInput(STEADY, "-s", "-", "--workers", "5", "--virtual", "--quiet", "--results", results);
  assert.equal(run.code, 0, run.stderr);
  const { runId, reproduce } = onlySummary(results);
  assert.ok(reproduce.includes(`--scenario ${join(results, runId, "scenario.yaml")} `), reproduce);
  assert.equal(readFileSync(join(results, runId, "scenario.yaml"), "utf8"), STEADY);
});

test("- is standard input for a scenario that is an argument, in every command that takes one", async (t) => {
  const results = temporaryDirectory(t);
  const expected = /^hash \w+$/m.exec((await simulate("plan", "steady", "--workers", "5")).stdout)?.[0] ?? "none";
  for (const words of [
    ["plan", "-", "--workers", "5"],
    ["plan", "--workers", "5", "-"],
  ])
    assert.ok(withInput(STEADY, ...words).stdout.includes(expected), words.join(" "));
  const few = ["--workers", "2", "--quiet", "--results", results];
  for (const words of [
    ["-", "--virtual"],
    ["--virtual", "-"],
    ["run", "--virtual", "-"],
    ["sweep", "--seeds", "1", "-"],
  ])
    assert.deepEqual(withInput(STEADY, ...words, ...few), { code: 0, stdout: "", stderr: "" }, words.join(" "));
});

test("- is standard input for a result, a schedule and recorded sequences", () => {
  const cases: readonly (readonly [args: string[], expected: RegExp])[] = [
    [["conformance", "-"], /^simulate: standard input: /],
    [["compare", "-", "nothing"], /^simulate: standard input: invalid JSON: /],
    [["explore", "replay", "-"], /^simulate: standard input: /],
    [["explore", "signal", "--resume", "-"], /^simulate: standard input: /],
  ];
  for (const [args, expected] of cases) {
    const { code, stderr } = withInput("{", ...args);
    assert.deepEqual([code, stderr.split("\n").length], [2, 2], `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, expected);
  }
});

const refused: readonly (readonly [args: string[], expected: RegExp])[] = [
  [["init", "-"], /invalid value "-" for <file>: expected another value; only an input can be -/],
  [["report", "-"], /invalid value "-" for <run>/],
  [["-s", "steady", "--junit", "-"], /invalid value "-" for --junit/],
  [["-s", "steady", "--dashboard", "-"], /invalid value "-" for --dashboard/],
  [["bench", "-"], /invalid value "-" for <names>: expected "floor"/],
  [["validate", "-", "-"], /"-" is given more than once/],
  [["-"], /standard input: is empty/],
  [["steady", "-"], /unexpected argument "-"/],
  [["-s", "steady", "-"], /--scenario is given more than once/],
  [["run", "a.yaml", "b.yaml"], /unexpected argument "b.yaml" \(see/],
  [["--virtual", "sweep", "steady"], /unexpected argument "sweep": a command is the first word, as in \S+ sweep \(/],
  [["steady", "sweep"], /unexpected argument "sweep": a command is the first word/],
  [["validate", "---"], /unknown option ---/],
  [["-s", "steady", "--virtual", "--faults.crash=0.5"], /unknown option --faults\.crash/],
  [["-s", "steady", "--seed.x", "1"], /unknown option --seed\.x/],
  [["--scenario.x=1"], /unknown option --scenario\.x/],
  [["-s", "steady", "--virtual", "--faults", ","], /invalid value "" for --faults: expected "late"/],
  [["-s", "steady", "--virtual", "--faults", "crash,"], /invalid value "" for --faults: expected "late"/],
  [["-s", "steady", "--virtual", "--faults", "crash=0.1=5"], /"0\.1=5" for the rate of crash in --faults/],
  [["-s", "steady", "--virtual", "--faults", "crash= 0x1"], /" 0x1" for the rate of crash in --faults/],
  [["trace", "nothing", "--json", "--html", "--agent", "1"], /--json cannot be combined with --html or --open/],
  [["bench", "floor", "--junit", "j.xml"], /--junit requires --against/],
  [["report", "none", "--html", "x.html", "--by", "phase"], /--by cannot be combined with --html or --open/],
  [["jobs", "x", "--cancel", "--json", "--redis", NO_REDIS], /--cancel cannot be combined with --json/],
  [["sweep", "--resume", "x", "--redis", NO_REDIS, "--bail"], /--bail cannot be combined with --resume/],
  [["sweep", "--resume", "x", "--redis", NO_REDIS, "--mailbox", "reference"], /--mailbox cannot be combined with/],
  [
    ["serve", "--scenario", LISTED, "--workers", "500"],
    /invalid value "500" for --workers: expected 0 or \d+: \S+ lists its/,
  ],
];

for (const [args, expected] of refused) {
  test(`${args.join(" ")} is refused in one line`, () => {
    const { code, stdout, stderr } = withInput("", ...args);
    assert.deepEqual([code, stdout], [2, ""], stderr);
    assert.match(stderr, expected);
    assert.match(stderr, /^simulate: [^\n]*\n$/);
  });
}

/** The definition of an option in yargs. */
interface Definition {
  readonly kind: "boolean" | "string" | "choices";
  readonly alias: readonly string[];
  readonly choices: readonly string[];
  readonly needsValue: boolean;
  readonly describe: string;
}

interface Known {
  readonly key: Readonly<Record<string, unknown>>;
  readonly boolean: readonly string[];
  readonly alias: Readonly<Record<string, readonly string[]>>;
  readonly choices: Readonly<Record<string, readonly string[]>>;
  readonly narg: Readonly<Record<string, number>>;
}

interface Inspectable {
  getOptions(): Known;
  getInternalMethods(): { getUsageInstance(): { getDescriptions(): Readonly<Record<string, string>> } };
}

/** The options of every command by name, with the command's own name. */
async function definitions(): Promise<Map<string, Map<string, Definition>>> {
  const byOption = new Map<string, Map<string, Definition>>();
  for (const { command, load } of COMMANDS) {
    const { builder } = (await load()).definition as CommandModule;
    const [name = ""] = ([command].flat().at(-1) ?? "").split(" ");
    assert.ok(typeof builder === "function");
    const parser = (await builder(yargs([]))) as unknown as Inspectable;
    const known = parser.getOptions();
    const descriptions = parser.getInternalMethods().getUsageInstance().getDescriptions();
    const aliases = Object.values(known.alias).flat();
    for (const option of Object.keys(known.key)) {
      if (["help", "version", ...aliases].includes(option)) continue;
      const definition: Definition = {
        kind: known.boolean.includes(option) ? "boolean" : known.choices[option] === undefined ? "string" : "choices",
        alias: known.alias[option] ?? [],
        choices: known.choices[option] ?? [],
        needsValue: option in known.narg,
        describe: (descriptions[option] ?? "").replace(/ \[default: .*\]$/, ""),
      };
      byOption.set(option, (byOption.get(option) ?? new Map<string, Definition>()).set(name, definition));
    }
  }
  return byOption;
}

/** Options whose description differs between commands, because they apply to different things. */
const OF_EACH = [
  "agent",
  "allow-remote",
  "duration",
  "from",
  "seconds",
  "seed",
  "threads",
  "output",
  "redis",
  "resume",
  "seeds",
  "strict",
  "virtual",
];
/** Arguments, which differ between commands; and `by`, which says of an exploration how, and of a run by what. */
const ARGUMENTS = ["by", "file", "files", "names", "run", "base", "current", "program", "shell"];

test("an option is the same in every command that has it", async () => {
  const all = await definitions();
  assert.ok((all.get("mailbox")?.size ?? 0) >= 5 && (all.get("json")?.size ?? 0) >= 7, "the definitions were read");
  for (const [option, commands] of all) {
    if (ARGUMENTS.includes(option)) continue;
    const [[first, expected] = ["", undefined], ...others] = [...commands];
    for (const [command, definition] of others) {
      const asFirst =
        OF_EACH.includes(option) && expected ? { ...definition, describe: expected.describe } : definition;
      assert.deepEqual(asFirst, expected, `--${option} of ${command} and of ${first}`);
    }
  }
});

test("each command that executes something has --quiet and --results", async () => {
  const all = await definitions();
  for (const command of ["run", "sweep", "explore"])
    for (const option of ["quiet", "results"]) assert.ok(all.get(option)?.has(command), `${command} --${option}`);
});

/** An invalid value of an option, and the commands that have the option. */
const bad: readonly (readonly [option: string, value: string, commands: readonly string[][], expected: RegExp])[] = [
  [
    "seed",
    "x",
    [
      ["-s", "steady"],
      ["plan", "-s", "steady"],
      ["shrink", "-s", "steady"],
      ["explore", "signal", "--strategy", "pct"],
    ],
    /invalid value "x" for --seed: expected a whole number, 0 or more/,
  ],
  [
    "threads",
    "25",
    [
      ["-s", "steady"],
      ["-s", "steady", "--virtual"],
      ["sweep", "-s", "steady"],
    ],
    /invalid value "25" for --threads: expected at most 24/,
  ],
  [
    "threads",
    "0",
    [
      ["-s", "steady", "--virtual"],
      ["sweep", "-s", "steady"],
    ],
    /invalid value "0" for --threads: expected a whole number, 1 or more/,
  ],
  [
    "results",
    "",
    [["-s", "steady"], ["runs"], ["report", "last"], ["sweep", "-s", "steady"], ["explore", "signal"]],
    /invalid value "" for --results: expected the path of a directory/,
  ],
];

for (const [option, value, commands, expected] of bad) {
  test(`every command refuses --${option} "${value}" with the same message`, async () => {
    for (const args of commands) {
      const { code, stderr } = await simulate(...args, `--${option}`, value);
      assert.equal(code, 2, args.join(" "));
      assert.match(stderr, expected, args.join(" "));
    }
  });
}

test("one thread is enough under simulated time", async (t) => {
  const args = ["-s", "steady", "--workers", "2", "--virtual", "--threads", "1", "--quiet"];
  const { code, stderr } = await simulate(...args, "--results", temporaryDirectory(t));
  assert.deepEqual([code, stderr], [0, ""]);
});

test("a quiet sweep that passes prints nothing, a quiet exploration its violation, written to --results", async (t) => {
  const results = temporaryDirectory(t);
  const args = ["sweep", "-s", "steady", "--workers", "2", "--seeds", "1..2", "-q", "--results", results];
  assert.deepEqual(await simulate(...args), { code: 0, stdout: "", stderr: "" });
  assert.deepEqual(readdirSync(results), [], "nothing failed");
  const found = await simulate("explore", "shutdown-waiter", "--mailbox", "reference", "-q", "--results", results);
  assert.deepEqual([found.code, found.stdout], [98, ""]);
  const [directory = ""] = readdirSync(results);
  assert.match(directory, /^explore-shutdown-waiter-reference-\d{8}T\d{6}-[0-9a-f]{8}$/);
  const [head = "", ...lines] = found.stderr.trimEnd().split("\n");
  const last = lines.pop();
  assert.equal(head, "shutdown-waiter, reference, exhaustive: VIOLATION");
  assert.match(lines.join("\n"), /^violation: /);
  const saved = /^Results {2}(.*)$/.exec(last ?? "")?.[1] ?? "";
  assert.ok(saved.endsWith(directory), found.stderr);
  const replayed = await simulate("explore", "replay", join(saved, "schedule.json"), "-q");
  assert.deepEqual([replayed.code, replayed.stdout, replayed.stderr], [98, "", `${lines.join("\n")}\n`]);
});

test("a clock cannot jump by parts of a millisecond", (t) => {
  const file = join(temporaryDirectory(t), "jump.yaml");
  writeFileSync(file, `${STEADY}\nfaults:\n  - { kind: jump-clock, window: [0s, 1s], by: 0.5ms }\n`);
  const { code, stderr } = withInput("", "validate", file);
  assert.equal(code, 2);
  assert.match(stderr, /faults\[0\]\.by: must be a whole number of milliseconds, not "0\.5ms"\n$/);
});
