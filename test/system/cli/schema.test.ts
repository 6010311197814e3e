/** `simulate schema`, and that the summaries of all engines are as the published schema says. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv } from "ajv";
import { SCENARIO_SCHEMA } from "../../../dist/load/scenario/index.js";
import { SUMMARY_SCHEMA, summaryJsonSchema } from "../../../dist/results/index.js";
import { onlySummary, simulate, temporaryDirectory } from "../../support/cli/simulate.js";
import { serveTask } from "../../support/network/task-server.js";

const accepts = new Ajv({ strict: false, allErrors: true }).compile(summaryJsonSchema() as object);

test("the committed schema of summaries is the generated one (npm run schema writes it)", () => {
  assert.deepEqual(JSON.parse(readFileSync(SUMMARY_SCHEMA, "utf8")), summaryJsonSchema());
});

test("the command prints the schemas, and knows no others", async () => {
  assert.equal((await simulate("schema", "summary")).stdout, readFileSync(SUMMARY_SCHEMA, "utf8"));
  assert.equal((await simulate("schema", "scenario")).stdout, readFileSync(SCENARIO_SCHEMA, "utf8"));
  for (const args of [["schema"], ["schema", "summery"]]) {
    const { code, stdout, stderr } = await simulate(...args);
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
  }
});

/** The properties without a description, anywhere in the schema. */
function undescribed(schema: unknown, path = ""): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) => {
    if (key !== "properties") return undescribed(value, `${path}/${key}`);
    return Object.entries(value as Record<string, { description?: string }>).flatMap(([name, property]) => [
      ...((property.description ?? "") === "" ? [`${path}/${name}`] : []),
      ...undescribed(property, `${path}/${name}`),
    ]);
  });
}

for (const [of, file] of [
  ["summaries", SUMMARY_SCHEMA],
  ["scenarios", SCENARIO_SCHEMA],
] as const)
  test(`every property of the schema of ${of} has a description`, () => {
    assert.deepEqual(undescribed(JSON.parse(readFileSync(file, "utf8"))), []);
  });

const RUN = ["--workers", "10", "--duration", "500ms", "--quiet"];

for (const [engine, options] of [
  ["simulated time", ["-s", "disconnect-storm", "--virtual", "--faults", ""]],
  ["real threads", ["-s", "disconnect-storm", "--threads", "2", "--out", "csv=/dev/null"]],
  ["a network", ["-s", "steady"]],
] as const) {
  test(`a summary of a run on ${engine} is as the schema says, and is not without any of its parts`, async (t) => {
    const results = join(temporaryDirectory(t), "results");
    const server = engine === "a network" ? await serveTask() : undefined;
    t.after(() => server?.close());
    const target = server === undefined ? [] : ["--target", server.url];
    const { code, stderr } = await simulate(...options, ...RUN, ...target, "--results", results);
    // 97, 99: of a busy machine.
    assert.ok([0, 97, 99].includes(code ?? -1), stderr);
    const summary = onlySummary(results);
    assert.ok(accepts(summary), JSON.stringify(accepts.errors));
    const required = summaryJsonSchema().required ?? [];
    assert.ok(required.includes("verdict") && required.includes("trends"));
    for (const part of required) {
      const without = Object.entries(summary).filter(([name]) => name !== part);
      assert.ok(!accepts(Object.fromEntries(without)), part);
    }
    assert.ok(!accepts({ ...summary, durationMs: "1s" }));
  });
}
