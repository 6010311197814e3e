/** Every `@example` in the docstrings of the public API compiles against the built package and prints what it says. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { after, before, describe, test } from "node:test";
import ts from "typescript";
import { compile, makePlayground, root } from "../../support/docs/playground.js";

const LEAST_EXAMPLES = 15;
/** Printed between the outputs of two examples. */
const END = "--- end of the example ---";

interface Example {
  /** The export, or the member of one, that the example belongs to. */
  readonly name: string;
  readonly source: string;
}

/** The text of an `@example` tag: one fenced block of TypeScript. */
function sourceOf(name: string, tag: ts.JSDocTagInfo): string {
  const text = ts.displayPartsToString(tag.text);
  const [, source] = /^```ts\n(.*)\n```$/s.exec(text.trim()) ?? [];
  assert.ok(source !== undefined, `${name}: expected one block of \`\`\`ts after @example`);
  return source;
}

/** The examples of all exports of the package's entry points and of the members of these exports. */
function publicExamples(): Example[] {
  const entries = ["src/index.ts", "src/explore.ts"].map((file) => join(root, file));
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path)) as {
    readonly config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(entries, options);
  const checker = program.getTypeChecker();
  const examples: Example[] = [];
  const seen = new Set<ts.Symbol>();
  const visit = (name: string, symbol: ts.Symbol): void => {
    if (seen.has(symbol)) return;
    seen.add(symbol);
    for (const tag of symbol.getJsDocTags(checker)) {
      if (tag.name === "example") examples.push({ name, source: sourceOf(name, tag) });
    }
  };
  for (const entry of entries) {
    const file = program.getSourceFile(entry);
    assert.ok(file !== undefined, `${entry} is missing`);
    const module = checker.getSymbolAtLocation(file);
    assert.ok(module !== undefined, `${relative(root, entry)} exports nothing`);
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      visit(exported.name, symbol);
      for (const member of [...(symbol.members?.values() ?? []), ...(symbol.exports?.values() ?? [])]) {
        visit(`${exported.name}.${member.name}`, member);
      }
    }
  }
  return examples;
}

/** What the example says that it prints: the comments at the end of its calls of `console.log`. */
function expectedOutput(source: string): string {
  return [...source.matchAll(/console\.log\(.*\);? \/\/ (.*)$/gm)].map(([, text]) => `${text}\n`).join("");
}

describe("examples in docstrings", () => {
  const examples = publicExamples();
  const playground = makePlayground();
  const names = examples.map((_, index) => `example-${index}`);
  /** What each example printed. */
  let outputs: readonly string[] = [];

  before(async () => {
    for (const [index, { source }] of examples.entries()) {
      // Without an import or an export a file is a script, whose names clash with those of others.
      writeFileSync(join(playground.directory, `${names[index]}.ts`), `${source}\nexport {};\n`);
    }
    const errors = await compile(
      playground.directory,
      names.map((name) => `${name}.ts`),
    );
    const named = errors.replaceAll(
      /^example-(\d+)\.ts/gm,
      (file, index) => `${file} (${examples[Number(index)]?.name})`,
    );
    assert.equal(named, "");
    // One process for all, as loading the package takes longer than what the examples do.
    const run = names.map((name) => `await import("./${name}.js").catch((error) => console.log(error));`);
    writeFileSync(join(playground.directory, "all.js"), `${run.join(`\nconsole.log(${JSON.stringify(END)});\n`)}\n`);
    const { code, stdout, stderr } = await playground.node("all.js");
    assert.equal(code, 0, `exit ${code}\n${stdout}\n${stderr}`);
    outputs = stdout.split(`${END}\n`);
  });
  after(() => playground.remove());

  test(`there are at least ${LEAST_EXAMPLES}`, () => {
    assert.ok(examples.length >= LEAST_EXAMPLES, `there are ${examples.length}`);
  });

  for (const [index, { name, source }] of examples.entries()) {
    test(name, () => assert.equal(outputs[index], expectedOutput(source)));
  }
});
