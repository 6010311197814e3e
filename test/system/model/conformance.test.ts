import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import {
  ConformanceFormatError,
  readVectors,
  runSequences,
  UnknownOperationError,
  type ConformanceSequence,
} from "../../../dist/platform/model/conformance/index.js";
import { MAILBOX_KINDS } from "../../../dist/platform/sync/index.js";

const VARIANTS = ["onboarding-v0", "onboarding-v1", "agent-v0", "agent-v1"] as const;
const pathOf = (variant: string): string =>
  join(import.meta.dirname, "../../../test/data/conformance", `${variant}.json.gz`);
const vectorsOf = (variant: string): ConformanceSequence[] => readVectors(readFileSync(pathOf(variant)));
const gzipped = (value: unknown): Buffer => gzipSync(JSON.stringify(value));

for (const mailbox of MAILBOX_KINDS) {
  for (const variant of VARIANTS) {
    test(`the ${mailbox} mailbox conforms to every sequence of ${variant}`, async () => {
      assert.deepEqual(await runSequences(vectorsOf(variant), mailbox), { passed: 250, failed: 0 });
    });
  }
}

test("a difference is reported with the first step that has one", async () => {
  const sequences = vectorsOf("agent-v1").slice(0, 20);
  const [sequence, position] = [sequences[7], 3];
  const step = sequence?.steps[position];
  assert.ok(step);
  const asRecorded = { result: step.result, error: step.error, after: { ...step.after } };
  step.after["didSubmit"] = !step.after["didSubmit"];
  const later = sequences[12]?.steps[0];
  assert.ok(later);
  later.error = "AgentReturnedError";

  const { passed, failed, firstFailure } = await runSequences(sequences, "sound");
  assert.deepEqual([passed, failed], [18, 2]);
  assert.deepEqual(firstFailure, {
    sequence: 7,
    step: position,
    op: step.op,
    args: step.args,
    expected: { result: step.result, error: step.error, after: step.after },
    got: asRecorded,
  });
});

test("an agent that is created otherwise than recorded is a difference", async () => {
  const [sequence] = vectorsOf("onboarding-v1");
  assert.ok(sequence);
  sequence.initial.agentId = "1";
  const { firstFailure } = await runSequences([sequence], "sound");
  assert.equal(firstFailure?.step, "initial");
});

test("an operation that the variant does not have is refused", async () => {
  const [sequence] = vectorsOf("onboarding-v1");
  assert.ok(sequence);
  sequence.steps = [{ op: "approveWork", args: {}, result: null, error: null, after: {} }];
  await assert.rejects(runSequences([sequence], "sound"), UnknownOperationError);
});

test("what is not of the format is refused with the place that is wrong", () => {
  const message = (bytes: Uint8Array): string => {
    try {
      readVectors(bytes);
    } catch (error) {
      assert.ok(error instanceof ConformanceFormatError);
      assert.ok(!error.message.includes("\n"), error.message);
      return error.message;
    }
    return "accepted";
  };
  const [sequence] = vectorsOf("agent-v0");
  const [step] = sequence?.steps ?? [];
  assert.match(message(Buffer.from("[]")), /not a gzip file/);
  assert.match(message(gzipSync("[")), /not JSON/);
  assert.match(message(gzipped({})), /array/);
  assert.match(message(gzipped([{ ...sequence, variant: "agent-v2" }])), /\[0\]\.variant.*agent-v1/);
  assert.match(message(gzipped([{ ...sequence, steps: [step, { ...step, op: "dance" }] }])), /\[0\]\.steps\[1\]\.op/);
  assert.match(
    message(gzipped([{ ...sequence, steps: [{ ...step, op: "updateStatus", args: { status: "asleep" } }] }])),
    /args\.status/,
  );
});

function inDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-conformance-"));
  t.after(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** Runs the subcommand alone, as `simulate` does. */
function runCommand(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = `
    import yargs from "yargs";
    import { modulesFor } from ${JSON.stringify(new URL("../../../dist/cli/shared/commands.js", import.meta.url))};
    import { UsageError } from ${JSON.stringify(new URL("../../../dist/cli/shared/usage-error.js", import.meta.url))};
    try {
      const parser = yargs(process.argv.slice(1)).fail(false);
      for (const module of await modulesFor(["conformance"])) parser.command(module);
      await parser.parseAsync();
    } catch (error) {
      console.error(error.message);
      process.exitCode = error instanceof UsageError ? 2 : 1;
    }`;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--input-type=module", "-e", program, "--", "conformance", ...args],
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
      },
    );
  });
}

test("the command counts for every file and fails on a difference", async (t) => {
  const [sequence] = vectorsOf("agent-v0");
  assert.ok(sequence);
  const directory = inDirectory(t);
  const good = join(directory, "good.json.gz");
  const bad = join(directory, "bad.json.gz");
  writeFileSync(good, gzipped([sequence]));
  writeFileSync(bad, gzipped([sequence, { ...sequence, steps: [{ ...sequence.steps[0], result: "something else" }] }]));

  const passing = await runCommand(good, "--mailbox", "reference");
  assert.deepEqual([passing.code, passing.stdout], [0, `${good}: 1 passed, 0 failed\n`]);

  const failing = await runCommand(bad, good);
  assert.equal(failing.code, 1);
  assert.match(
    failing.stdout,
    /bad\.json\.gz: 1 passed, 1 failed\n {2}first difference: sequence 1, step 0 .*\n {2}operation: act .*\n {2}expected: .*something else.*\n {2}got: .*"result":null.*\n.*good\.json\.gz: 1 passed, 0 failed\n$/,
  );
});

test("a file that cannot be used is one line on stderr", async (t) => {
  const directory = inDirectory(t);
  const notGzip = join(directory, "vectors.json");
  writeFileSync(notGzip, "[]");
  for (const file of [join(directory, "missing.json.gz"), notGzip, directory]) {
    const { code, stdout, stderr } = await runCommand(file);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.equal(stderr.trimEnd().split("\n").length, 1);
    assert.ok(stderr.includes(file), stderr);
  }
});

test("the command holds the router against transcripts", async (t) => {
  const transcripts = join(import.meta.dirname, "../../../test/data/mephisto/transcripts");
  const pair = join(transcripts, "node18-pair.json");
  const doubled = join(transcripts, "node20-single.json");
  const passing = await runCommand(pair, doubled);
  assert.equal(passing.code, 0, passing.stderr);
  assert.match(passing.stdout, /node18-pair\.json: 2 passed, 0 failed \(\d+ packets compared\)\n/);
  assert.match(
    passing.stdout,
    /node20-single\.json: 7 passed, 0 failed .*\n(?: {2}allowed, .*\n)* {2}allowed, \d+ times: .* twice /,
  );

  const damaged = join(inDirectory(t), "damaged.json");
  writeFileSync(damaged, readFileSync(pair, "utf8").replace('"status": "Submitted!"', '"status": "Taken!"'));
  const failing = await runCommand(damaged);
  assert.equal(failing.code, 1);
  assert.match(
    failing.stdout,
    /1 passed, 1 failed .*\n(?:.*\n)* {2}first difference: two of one assignment, to the end\n/,
  );
  assert.match(failing.stdout, /expected: {2}\{"status":"Taken!"\}\n {2}got: {7}\{"status":"Submitted!"\}\n/);
});
