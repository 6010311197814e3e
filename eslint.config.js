import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** Everything that would make a run depend on more than its scenario, its seed and its clock. */
const impure = [
  { object: "Date", property: "now", message: "Time comes from the injected Clock." },
  { object: "performance", property: "now", message: "Time comes from the injected Clock." },
  { object: "process", property: "hrtime", message: "Time comes from the injected Clock." },
  { object: "Math", property: "random", message: "Randomness comes from the injected Random." },
  { object: "crypto", property: "randomUUID", message: "Ids come from the injected IdSource." },
  { object: "process", property: "nextTick", message: "What comes next is the scheduler's to say." },
  ...["setTimeout", "setInterval", "setImmediate", "performance", "Date", "crypto"].map((property) => ({
    object: "globalThis",
    property,
    message: "It is the machine's own.",
  })),
];
const atomicsOnlyInSync = {
  name: "Atomics",
  message: "Only src/platform/sync/atomics.ts touches Atomics, so that the explorer sees every operation.",
};

export default tseslint.config(
  { ignores: ["dist/", "test-build/", "docs/api/", "node_modules/", "results/", "test/data/", "**/*.cjs"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["*.js", "scripts/*.js", "bench/*.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      "no-restricted-globals": ["error", atomicsOnlyInSync],
      "max-lines": ["warn", { max: 350, skipBlankLines: true, skipComments: true }],
      eqeqeq: "error",
      // `onUnit` gives its base class a cast: the rule does not see that an agent on a unit is an instance of it.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "no-console": "error",
    },
  },
  {
    files: ["src/**/*.ts"],
    // main.ts runs where nothing else can be loaded; recording.ts is a child process whose output its parent reads.
    ignores: ["src/cli/shared/print.ts", "src/cli/main.ts", "src/bench/recording.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "MemberExpression[property.name='write'][object.property.name=/^std(out|err)$/]",
          message: "What is printed goes through src/cli/shared/print.ts, which makes it printable.",
        },
        {
          selector: "MemberExpression[object.name='AbortSignal'][property.name='timeout']",
          message: "Node 20 may collect it within AbortSignal.any (nodejs/node#57736): set a timer.",
        },
      ],
    },
  },
  {
    files: ["src/**/*.ts"],
    rules: { "max-lines-per-function": ["error", { max: 70, skipBlankLines: true, skipComments: true }] },
  },
  // baton.ts hands over between the threads that the explorer controls, so it cannot be under that control itself.
  { files: ["src/platform/sync/{atomics,baton}.ts"], rules: { "no-restricted-globals": "off" } },
  {
    // All that a run under simulated time is made of. Left out: what gives a run the machine's time and its threads.
    files: ["src/{vocabulary,platform,load,explore,replay}/**/*.ts"],
    ignores: [
      "src/platform/db/write-client.ts",
      "src/platform/sync/atomics.ts",
      "src/platform/sync/baton.ts",
      "src/platform/sync/clock.ts",
      "src/platform/sync/event-loop-driver.ts",
      "src/platform/sync/park.ts",
      "src/platform/sync/sleep.ts",
      "src/platform/server/page/*.ts",
      "src/load/measure/health.ts",
      "src/load/measure/hlog.ts",
      "src/load/measure/floor/*.ts",
      "src/load/measure/machine/machine-watch.ts",
      "src/load/network/{scraper,timer-driver}.ts",
      "src/load/run/{machines,network}/*.ts",
      "src/load/run/threads/*.ts",
    ],
    rules: {
      "no-restricted-properties": ["error", ...impure],
      "no-restricted-globals": [
        "error",
        atomicsOnlyInSync,
        "setTimeout",
        "setInterval",
        "setImmediate",
        "Date",
        "performance",
        "crypto",
      ],
      "no-restricted-imports": [
        "error",
        {
          paths: [
            "node:timers",
            "node:timers/promises",
            "node:perf_hooks",
            { name: "node:crypto", importNames: ["randomUUID", "randomBytes", "randomInt"] },
          ],
        },
      ],
    },
  },
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
  { files: ["**/*.js"], languageOptions: { globals: { console: "readonly", process: "readonly", URL: "readonly" } } },
  {
    files: ["test/**/*.ts"],
    rules: { "@typescript-eslint/no-floating-promises": "off", "no-restricted-globals": "off" },
  },
  // Programs for people to run, and programs whose output a test reads.
  {
    files: ["examples/**", "scripts/**", "bench/*.js", "test/support/**"],
    rules: { "no-console": "off" },
  },
);
