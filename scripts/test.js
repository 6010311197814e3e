/**
 * Runs the built tests: node scripts/test.js [TIER] [--watch] [FILE or NAME …] [options of node --test].
 *
 * TIER is `unit`, `integration`, `system`, `exhaustive` or `all` (the default: everything but `exhaustive`). An
 * argument that is part of the path of a test file selects that file; any other is a pattern for the names of tests.
 * Node 20 has no globs, hence this script.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

const TIERS = ["all", "unit", "integration", "system", "exhaustive"];
const BUILT = "test-build";
const EXHAUSTIVE = `${BUILT}/system/exhaustive/`;

process.chdir(new URL("..", import.meta.url).pathname);
if (!existsSync(BUILT)) fail(`${BUILT} does not exist: run npm run build:test first`);

const args = process.argv.slice(2);
const tier = TIERS.includes(args[0]) ? args.shift() : "all";
const watch = args.includes("--watch");
const options = args.filter((arg) => arg.startsWith("-"));
const words = args.filter((arg) => !arg.startsWith("-"));

// A file that was moved or deleted leaves its output behind: only what has a source is a test.
const known = readdirSync(BUILT, { recursive: true })
  .map((file) => `${BUILT}/${file}`)
  .filter((file) => file.endsWith(".test.js") && existsSync(sourceOf(file)))
  .sort();
const paths = words.filter((word) => known.some((file) => selects(word, file)));
const names = words.filter((word) => !paths.includes(word));
const files = known.filter((file) => inTier(file) && (paths.length === 0 || paths.some((path) => selects(path, file))));
if (files.length === 0) fail(`no test file of the tier ${tier} matches ${words.join(" ")}`);

if (watch) {
  const tsc = ["node_modules/typescript/bin/tsc", "--watch", "--preserveWatchOutput", "-p"];
  const builders = [
    [...tsc, "tsconfig.json"],
    [...tsc, "test/tsconfig.json"],
    ["scripts/bundle-program.js", "--watch"],
  ];
  for (const command of builders) {
    const builder = spawn(process.execPath, command, { stdio: "inherit" });
    process.once("exit", () => builder.kill());
  }
}
// The last lines are `# tests …` on every version of Node, unless a person watches.
const reporter = process.stdout.isTTY && !process.env.CI ? "spec" : "tap";
// Commands that the program prints are the same however the tests are started.
const env = { ...process.env, CROWDSTORM_COMMAND: "simulate", ...(tier === "exhaustive" && { EXHAUSTIVE: "1" }) };
const child = spawn(
  process.execPath,
  [
    "--test",
    `--test-reporter=${reporter}`,
    // Many tests wait, for timeouts and heartbeats: two files a core leave no core idle.
    `--test-concurrency=${2 * availableParallelism()}`,
    ...names.map((name) => `--test-name-pattern=${name}`),
    ...options,
    ...files,
  ],
  { stdio: "inherit", env },
);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.once("exit", (code) => process.exit(code ?? 1));

function sourceOf(file) {
  return file.replace(/^test-build/, "test").replace(/js$/, "ts");
}

function selects(word, file) {
  return file.includes(word) || sourceOf(file).includes(word.replace(/^\.\//, ""));
}

/** Some tests of other tiers do more when EXHAUSTIVE is set: they belong to both. */
function inTier(file) {
  if (tier === "exhaustive") return file.startsWith(EXHAUSTIVE) || readFileSync(file, "utf8").includes("EXHAUSTIVE");
  // One file by name is run wherever it is.
  if (tier === "all") return paths.length > 0 || !file.startsWith(EXHAUSTIVE);
  return file.startsWith(`${BUILT}/${tier}/`) && !file.startsWith(EXHAUSTIVE);
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
