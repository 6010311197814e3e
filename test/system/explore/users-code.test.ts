/** A user's module: its return values and errors are checked, and it is loaded only when the command line names it. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { simulate, temporaryDirectory } from "../../support/cli/simulate.js";

const CHECKS = fileURLToPath(new URL("../../../test/data/explore/checks.mjs", import.meta.url));
const EXPLORE = new URL("../../../dist/explore.js", import.meta.url).href;

const CHECK = "check must return a list of texts, one for each problem, empty if there is none, not";
const invalid: readonly (readonly [program: string, message: string])[] = [
  ["async-check", `${CHECK} a promise`],
  ["false-check", `${CHECK} false`],
  ["set-check", `${CHECK} an object of the class Set`],
  ["generator-check", `${CHECK} a generator`],
  ["undefined-check", `${CHECK} undefined`],
  ["null-check", `${CHECK} null`],
  ["text-check", `${CHECK} "an update is lost"`],
  ["async-thread", "what the thread a returns must be plain data, not a promise"],
  ["bigint-outcome", "what the thread a returns must be plain data, not 1n"],
];
for (const [program, message] of invalid) {
  test(`${program}: exit code 2 and one line that names the function`, async () => {
    const { code, stdout, stderr } = await simulate("explore", CHECKS, program);
    assert.deepEqual([code, stdout, stderr], [2, "", `simulate: program ${program}: ${message}\n`]);
  });
}

/** A module of one program `p`, whose definition is `fields` in place of those of a sound one. */
function moduleOf(fields: string): string {
  return `import { define } from ${JSON.stringify(EXPLORE)};
export const p = define({ name: "p", description: "d", threads: { a: () => null }, check: () => [], ...${fields} });\n`;
}

const returned: readonly (readonly [what: string, fields: string, code: number, message: RegExp])[] = [
  [
    "a list with a promise in it",
    "{ check: () => [Promise.reject(new Error())] }",
    2,
    /not a list with a promise in it$/,
  ],
  ["a list with a hole", "{ check: () => [,] }", 2, /not a list with undefined in it$/],
  ["an asynchronous check that rejects", "{ check: async () => { throw new Error(); } }", 2, /not a promise$/],
  [
    "a function inside an outcome",
    "{ threads: { a: () => ({ at: [() => 1] }) } }",
    2,
    /returns at\.0 must be plain data, not a function$/,
  ],
  ["NaN", "{ threads: { a: () => NaN } }", 2, /must be plain data, not NaN$/],
  [
    "an outcome that contains itself",
    "{ threads: { a: () => { const o = {}; o.o = o; return o; } } }",
    2,
    /contains itself/,
  ],
  [
    "a stage that returns nothing",
    "{ threads: { a: { first: null, stage: () => undefined } } }",
    2,
    /returns stage must be \{ next \} or \{ outcome \}, not undefined$/,
  ],
  [
    "a stage that is asynchronous",
    "{ threads: { a: { first: null, stage: async () => ({ outcome: 1 }) } } }",
    2,
    /not a promise$/,
  ],
  [
    "a stage whose memory is no data",
    "{ threads: { a: { first: 1n, stage: () => ({ outcome: 1 }) } } }",
    2,
    /returns first must be plain data, not 1n$/,
  ],
  [
    "a call without a name",
    "{ threads: { a: ({ call }) => call(1n, () => null) } }",
    98,
    /invalid name of call\(name, work\): 1n: expected text/,
  ],
  ["null thrown by a thread", "{ threads: { a: () => { throw null; } } }", 98, /a threw null was thrown/],
  [
    "an error of which nothing can be read",
    "{ check: () => { throw { get message() { throw 1; } }; } }",
    98,
    /the check threw an object was thrown/,
  ],
  ["a name that is no text", "{ name: 1n }", 2, /the program 1n cannot be defined: name: must be text$/],
  ["no threads", "{ threads: {} }", 2, /threads: must be 1 to 8 threads$/],
  [
    "a thread that is no function",
    "{ threads: { a: null } }",
    2,
    /threads\.a: must be a function, or a mapping with first and stage$/,
  ],
  ["a check that is no function", "{ check: [] }", 2, /check: must be a function that returns a list of texts$/],
];
for (const [what, fields, expected, message] of returned) {
  test(`${what} ends in one line`, async (t) => {
    const directory = temporaryDirectory(t);
    const file = join(directory, "mine.mjs");
    writeFileSync(file, moduleOf(fields));
    const { code, stdout, stderr } = await simulate("explore", file, "p", "--results", directory);
    assert.equal(code, expected, stderr);
    if (expected === 2) assert.match(stderr.split("\n")[0] ?? "", message);
    else assert.match(stdout, message);
    // The definition of a program fails in the user's file, whose line is told.
    const frames = stderr.split("\n").filter((line) => /^ {4}at .*mine\.mjs:2:\d+\)?$/.test(line)).length;
    assert.equal(stderr.split("\n").length - frames, expected === 2 ? 2 : 1, stderr);
  });
}

/** A program that fails, in a module whose import creates the file `mark`. */
const failing = (mark: string, threads = "{ a: () => null }"): string => `import { writeFileSync } from "node:fs";
writeFileSync(${JSON.stringify(mark)}, "");
${moduleOf(`{ threads: ${threads}, check: () => ["always"] }`)}`;

test("a schedule cannot choose the module that is loaded: the module is an argument", async (t) => {
  const directory = temporaryDirectory(t);
  const [mark, module, file] = ["mark", "mine.mjs", "schedule.json"].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(module, failing(mark));
  const schedule = (change: object): void =>
    writeFileSync(
      file,
      JSON.stringify({
        version: 1,
        module: pathToFileURL(module).href,
        program: "p",
        mailbox: "sound",
        problems: ["always"],
        threads: ["a"],
        steps: [0, 0],
        contextSwitches: 0,
        fewest: true,
        outcomes: {},
        ...change,
      }),
    );
  const refused: readonly (readonly [change: object, args: readonly string[], message: RegExp])[] = [
    [
      {},
      [],
      /missing module: .*, which was in file:.*mine\.mjs; expected simulate explore replay .*schedule\.json MODULE$/,
    ],
    [{ module: `data:text/javascript,import "${pathToFileURL(module).href}"` }, [], /missing module/],
    [{ module: "crowdstorm", program: module }, [], /there is no program "/],
    [
      { module: "crowdstorm", program: "drained" },
      [module],
      /unexpected argument ".*mine\.mjs": .* is the schedule of a built-in program$/,
    ],
  ];
  for (const [change, args, message] of refused) {
    schedule(change);
    const { code, stdout, stderr } = await simulate("explore", "replay", file, ...args);
    assert.deepEqual([code, stdout], [2, ""], stderr);
    assert.match(stderr.trimEnd(), message);
    assert.equal(existsSync(mark), false, "nothing was loaded");
  }
  for (const [change, message] of [
    [{ program: "q" }, /there is no program "q"/],
    [{ threads: ["b"] }, /does not match the program p: it has the threads b; the program has a$/],
  ] as const) {
    schedule(change);
    const { code, stderr } = await simulate("explore", "replay", file, module);
    assert.equal(code, 2);
    assert.match(stderr.trimEnd(), message);
  }
});

const throwing: readonly (readonly [what: string, fields: string, violation: RegExp])[] = [
  [
    "a thread",
    "{ threads: { a: () => null, b: function lost() { null.text; } } }",
    /^violation: b threw TypeError: .*\n {4}at lost \(.*mine\.mjs:2:\d+\)\n\n/m,
  ],
  [
    "a thread, deep in the model",
    "{ threads: { a: function waits({ agent }) { agent().getLiveUpdate(5); } } }",
    /^violation: a threw AgentTimeoutError: .*\n {4}at .*waits \(.*mine\.mjs:2:\d+\)\n\n/m,
  ],
  [
    "the check",
    "{ check: function mine() { null.text; } }",
    /^violation: the check threw TypeError: .*\n {4}at .*mine[^(]*\(.*mine\.mjs:2:\d+\)\n\n/m,
  ],
];
for (const [what, fields, violation] of throwing) {
  test(`an error of ${what} comes with the frames of its own file, when it is found and when it is replayed`, async (t) => {
    const directory = temporaryDirectory(t);
    const file = join(directory, "mine.mjs");
    writeFileSync(file, moduleOf(fields));
    const { code, stdout } = await simulate("explore", file, "--results", directory);
    assert.equal(code, 98);
    assert.match(stdout, violation);
    assert.doesNotMatch(stdout, /dist\/|node:/);
    const [, schedule = ""] = /^replay: .*explore replay (\S+) /m.exec(stdout) ?? [];
    assert.match((await simulate("explore", "replay", schedule, file)).stdout, violation);
    assert.match(readFileSync(join(schedule, "../schedule.html"), "utf8"), /at .*mine\.mjs:2:\d+/);
  });
}

for (const [what, text, message] of [
  [
    "throws",
    "\n  throw new TypeError('no luck');\n",
    /^simulate: cannot load .*mine\.mjs:2: no luck\n {4}at .*mine\.mjs:2:9\n$/,
  ],
  ["is no JavaScript", "const a = 1;\nconst b = ;\n", /^simulate: cannot load .*mine\.mjs:2: Unexpected token ';'\n$/],
] as const) {
  test(`a module that ${what} is reported with its line`, async (t) => {
    const file = join(temporaryDirectory(t), "mine.mjs");
    writeFileSync(file, text);
    const { code, stderr } = await simulate("explore", file);
    assert.equal(code, 2);
    assert.match(stderr, message);
  });
}

test("a program without a check is explored, and told so", async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, "mine.mjs");
  const note = "p has no check: only deadlocks, endless executions and uncaught errors are found\n";
  writeFileSync(file, moduleOf("{ check: undefined }"));
  const { code, stdout, stderr } = await simulate("explore", file);
  assert.deepEqual([code, stderr], [0, note]);
  assert.match(stdout, /no violation; every trace explored/);
  writeFileSync(file, moduleOf("{ check: undefined, threads: { a: ({ event }) => event('didSubmit').wait() } }"));
  const deadlock = await simulate("explore", file, "--results", directory);
  assert.deepEqual([deadlock.code, deadlock.stderr], [98, note]);
  assert.match(deadlock.stdout, /violation: deadlock: a waits for didSubmit/);
});

test("the printed command replays the failure of a user's module", async (t) => {
  const directory = temporaryDirectory(t);
  const module = join(directory, "mine.mjs");
  writeFileSync(module, failing(join(directory, "mark")));
  const { code, stdout } = await simulate("explore", module, "--results", directory);
  assert.equal(code, 98);
  const [, file = "", path = ""] = /^replay: .*explore replay (\S+) (\S+)$/m.exec(stdout) ?? [];
  assert.match(
    readFileSync(join(file, "../schedule.html"), "utf8").replaceAll(/<[^>]*>/g, ""),
    /simulate explore replay \S+schedule\.json \S+mine\.mjs/,
  );
  for (const args of [
    ["replay", file, path],
    [path, "--strategy", "replay", "--schedule", file],
  ]) {
    const replayed = await simulate("explore", ...args);
    assert.equal(replayed.code, 98, replayed.stderr);
    assert.match(replayed.stdout, /violation: always/);
  }
});
