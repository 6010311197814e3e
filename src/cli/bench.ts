/** `simulate bench`: the project's benchmarks, each figure beside its floor. */
import { writeFileSync } from "node:fs";
import type { CommandModule } from "yargs";
import { BENCH_NAMES, BENCHES, benchesNamed, measureAll, renderResult } from "../bench/index.js";
import { UsageError } from "./errors.js";
import { wholeNumber } from "./plan-options.js";

interface Arguments {
  readonly names?: readonly string[] | undefined;
  readonly rounds: string;
  readonly json: boolean;
  readonly output?: string | undefined;
}

export const benchCommand: CommandModule<object, Arguments> = {
  command: "bench [names..]",
  describe: "Measure this machine and the project on it, each figure beside its floor",
  builder: (yargs) =>
    yargs
      .positional("names", { type: "string", array: true, choices: BENCH_NAMES, describe: "Which benchmarks [default: all]" })
      .option("rounds", { type: "string", requiresArg: true, default: "7", describe: "How often each is measured" })
      .option("json", { type: "boolean", default: false, describe: "Print JSON instead of the table" })
      .option("output", { alias: "o", type: "string", requiresArg: true, describe: "Also write the JSON to this file" })
      .epilogue(`Benchmarks:\n${BENCHES.map(({ name, doc }) => `  ${name.padEnd(10)} ${doc}`).join("\n")}`)
      .example("$0 bench floor", "the live-update path, the database and memory beside the machine's own"),
  async handler({ names = [], rounds, json, output }) {
    const result = await measureAll(benchesNamed(names), {
      rounds: wholeNumber("rounds", rounds, 1),
      onStart: ({ name, doc }) => process.stderr.write(`${name}: ${doc}\n`),
    });
    const text = `${JSON.stringify(result, null, 2)}\n`;
    if (output !== undefined) write(output, text);
    process.stdout.write(json ? text : renderResult(result, { color: process.stdout.isTTY && process.env["NO_COLOR"] === undefined }));
  },
};

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`${path}: cannot be written: ${(error as Error).message}`, { cause: error });
  }
}
