/**
 * Every command and snippet of the documentation is run, document by document, from top to bottom.
 * `DOCUMENT=docs/ci.md` in the environment runs one document only.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, after, before } from "node:test";
import { parse } from "yaml";
import { scenarioFrom } from "../../../dist/load/scenario/index.js";
import { scenarioTemplate } from "../../../dist/cli/shared/scenario-template.js";
import { blocksOf, instructionsOf, type Block, type Instructions } from "../../support/docs/markdown.js";
import { compile, makePlayground, root, type Playground } from "../../support/docs/playground.js";

const documents = ["", "docs/", "docs/decisions/"].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}${name}`)
    .filter((name) => [undefined, name].includes(process.env["DOCUMENT"])),
);

type Mapping = Record<string, unknown>;

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What is taken whole: behaviours, whose weights sum to 1 together, and arrivals, whose executors have different keys.
 */
const WHOLE = ["arrivals", "behaviours"];

/** `base` with what `part` says instead. */
function merged(base: Mapping, part: Mapping): Mapping {
  const entries = Object.entries(part).map(([key, value]): [string, unknown] => {
    const before = base[key];
    return [key, isMapping(value) && isMapping(before) && !WHOLE.includes(key) ? merged(before, value) : value];
  });
  return { ...base, ...Object.fromEntries(entries) };
}

/** A scenario, part of one, or a workflow of GitHub's, whose commands are run. */
async function checkYaml(
  { text }: Block,
  { inside, options, exit }: Instructions,
  playground: Playground,
): Promise<void> {
  const content = parse(text) as Mapping;
  if ("jobs" in content) {
    const jobs = content["jobs"] as Record<string, { steps: readonly { run?: string }[] }>;
    const commands = Object.values(jobs)
      .flatMap(({ steps }) => steps.flatMap(({ run = "" }) => run.split("\n")))
      .filter((line) => /\bsimulate\b/.test(line));
    assert.ok(commands.length > 0, "a workflow that runs nothing of this project");
    for (const command of commands)
      succeeded(await playground.shell(command.replaceAll(/\$\{\{.*?\}\}/g, "1"), options, exit), exit);
    return;
  }
  const part = inside.reduceRight<unknown>((value, key) => ({ [key]: value }), content) as Mapping;
  const template = parse(scenarioTemplate({ name: "example", schema: "", metrics: "" })) as Mapping;
  const example = Object.fromEntries(
    Object.entries(template).filter(([key]) => !("groups" in part && WHOLE.includes(key))),
  );
  scenarioFrom("behaviours" in part && "name" in part ? part : merged(example, part), "the block");
}

function succeeded({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }, exit = 0): void {
  assert.equal(code, exit, `exit ${code}\n${stdout}\n${stderr}`);
}

/** Those need `simulate` in the `PATH`, and say so. */
const IN_PATH = /changes the user's shell/;

test("commands are in blocks of sh, and begin with npx", () => {
  const wrong = documents.flatMap((document) =>
    blocksOf(readFileSync(join(root, document), "utf8")).flatMap(({ line, language, text, directives }) => {
      if (directives.some((directive) => IN_PATH.test(directive))) return [];
      const isWrong = language === "" ? /^(npx )?simulate /m.test(text) : language === "sh" && /^simulate /m.test(text);
      return isWrong ? [`${document}:${line}`] : [];
    }),
  );
  assert.deepEqual(wrong, []);
});

for (const document of documents) {
  const blocks = blocksOf(readFileSync(join(root, document), "utf8")).map((block) => ({
    block,
    told: instructionsOf(block),
  }));
  const tested = blocks.filter(
    ({ block, told }) => !told.skip && (told.output || ["sh", "ts", "js", "yaml"].includes(block.language)),
  );
  if (tested.length === 0) continue;

  describe(document, () => {
    let playground: Playground;
    let printed = "";
    const nameOf = ({ line, language }: Block, { file }: Instructions): string => file ?? `line-${line}.${language}`;

    before(async () => {
      playground = makePlayground();
      for (const { block, told } of tested) {
        if (block.language !== "sh" && (told.file !== undefined || block.language !== "yaml")) {
          writeFileSync(join(playground.directory, nameOf(block, told)), `${block.text}\n`);
        }
      }
      const typed = tested.filter(({ block }) => block.language === "ts").map(({ block, told }) => nameOf(block, told));
      if (typed.length > 0) assert.equal(await compile(playground.directory, typed), "");
    });
    after(() => playground.remove());

    for (const { block, told } of tested) {
      test(`line ${block.line}: ${block.text.split("\n").find((line) => line.trim() !== "") ?? ""}`, async () => {
        if (told.first !== "") succeeded(await playground.shell(told.first, "", undefined));
        if (told.output) {
          assert.equal(printed.trimEnd(), block.text.trimEnd());
        } else if (block.language === "sh") {
          const ended = await playground.shell(block.text, told.options, told.exit);
          succeeded(ended, told.exit);
          printed = ended.stdout;
        } else if (block.language === "yaml") {
          await checkYaml(block, told, playground);
        } else if (told.file === undefined) {
          succeeded(await playground.node(nameOf(block, told).replace(/ts$/, "js")), told.exit);
        }
      });
    }
  });
}
