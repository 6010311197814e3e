/** The words of what a user reads: texts of the program and documents. `docs/glossary.md` has the words to use. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { root } from "../../support/docs/playground.js";

/** What is not to be written, and what is instead. */
const WORDS: readonly (readonly [word: RegExp, instead: string])[] = [
  [
    /\b(the|Mephisto's) seed('s)? (order|code|classes?|steps|model|behaviou?r|agents?)\b|\b(in|of|as) the seed,/,
    "the original",
  ],
  [/(?<!schedule_)\bslips?\b/, "late, lateness"],
  [/\bto reproduce\b|^Run it again\b/, "same plan again"],
  [/\bcores busy\b/, "cores used"],
  [/\bschedule was (not )?kept\b|\bkept (its|the) schedule\b/, "the load was (not) generated on time"],
  [/\bwhoever\b|\bsomebody\b|\beverybody\b/i, "anyone, who, another worker"],
  [/\b(is|are|was|were|been|being) told\b|\btells\b/, "gets, is sent, is reported, shows"],
  [/\bothers (took|take|had)\b|\btaken machine\b|\bthe machine's: /, "other programs kept the machine busy"],
  [/\bgave out\b|\bgives out\b/, "bottleneck"],
  [/^Counted\b/, "Counters"],
  [/unpkg\.com|npmjs\.com/, "a relative path: the package is not published"],
];

const files = (...patterns: readonly string[]): string[] =>
  execFileSync("git", ["ls-files", ...patterns], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((file) => file !== "");
const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** The texts of several words in a source, with their lines: string literals and the parts of templates. */
function textsIn(file: string): { line: number; text: string }[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, false);
  const found: { line: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node)
    ) {
      const line = source.getLineAndCharacterOfPosition(node.pos).line + 1;
      if (/[a-z] |[A-Z]/.test(node.text)) found.push({ line, text: node.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function wrongWords(texts: readonly { place: string; text: string }[]): string[] {
  return texts.flatMap(({ place, text }) =>
    WORDS.flatMap(([word, instead]) => {
      const match = word.exec(text);
      return match === null ? [] : [`${place}: "${match[0]}": write ${instead}`];
    }),
  );
}

const documents = files("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/*.md", "action.yml", ".github/*.yml");

test("texts of the program have the words that users know", () => {
  const texts = files("src/*.ts").flatMap((file) =>
    textsIn(file).map(({ line, text }) => ({ place: `${file}:${line}`, text })),
  );
  assert.ok(texts.length > 2000, `${texts.length} texts`);
  assert.deepEqual(wrongWords(texts), []);
});

test("documents have them, too", () => {
  const lines = documents.flatMap((file) =>
    read(file)
      .split("\n")
      .map((text, index) => ({ place: `${file}:${index + 1}`, text })),
  );
  assert.deepEqual(wrongWords(lines), []);
});

test("the names of tests mean the original by no other word", () => {
  const texts = files("test/*.ts").flatMap((file) =>
    textsIn(file).map(({ line, text }) => ({ place: `${file}:${line}`, text })),
  );
  const [seed] = WORDS;
  assert.ok(seed);
  const wrong = texts.filter(({ text }) => seed[0].test(text) || /\bthe seed's\b/.test(text));
  assert.deepEqual(
    wrong.filter(({ place }) => !place.startsWith("test/system/docs/words.test.ts")),
    [],
  );
});

test("every wrong word is found", () => {
  for (const text of [
    "in the seed's order",
    "slip p99",
    "to reproduce: x",
    "2 cores busy",
    "whoever",
    "is told",
    "Counted",
  ])
    assert.equal(wrongWords([{ place: "here", text }]).length, 1, text);
  assert.deepEqual(wrongWords([{ place: "here", text: "the seed 42 of schedule_slip" }]), []);
});

test("every command of a document begins with npx, so that it runs when it is pasted", () => {
  // In a shell where the command itself is in PATH, as completion needs it.
  const allowed = /`simulate completion/;
  const wrong = documents.flatMap((file) =>
    [...read(file).matchAll(/(.?)`simulate [^`]*`/g)].flatMap(([text, before]) =>
      before === "`" || allowed.test(text) ? [] : [`${file}: ${text}`],
    ),
  );
  assert.deepEqual(wrong, []);
});
