/** The documents name files and functions that exist. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../support/docs/playground.js";

/**
 * A file or folder of the repository, between backticks. Other names, such as those of a run's directory, are not
 * checked.
 */
const PATH = /`((?:src|test\/docs|test\/data|docs|scripts|scenarios|examples|bench|\.github|\.ci)\/[\w./-]*)`/g;
/** The name of a function at the beginning of the code between backticks. */
const NAME = /`#?([a-zA-Z]\w*)(?:\([^`]*\))?`/g;
/** Files that a command of a document writes. */
const WRITTEN = new Set(["docs/api"]);

const documents = ["", "docs/", "docs/decisions/"].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}${name}`),
);

const read = (file: string): string => readFileSync(join(root, file), "utf8");
const pathsIn = (text: string): string[] => [...text.matchAll(PATH)].map(([, path = ""]) => path);

for (const document of documents) {
  // What has changed names the files of earlier versions, too.
  if (document === "CHANGELOG.md") continue;
  test(`${document} names files that exist`, () => {
    const missing = pathsIn(read(document)).filter((path) => !WRITTEN.has(path) && !existsSync(join(root, path)));
    assert.deepEqual(missing, []);
  });
}

test("the walks of docs/architecture.md name functions of the files in their rows", () => {
  const rows = read("docs/architecture.md")
    .split("\n")
    .filter((line) => /^\| \d+ /.test(line));
  assert.ok(rows.length > 20, `${rows.length} rows`);
  const checked = rows.flatMap((row) => {
    const sources = pathsIn(row).map(read).join("\n");
    return (
      [...row.matchAll(NAME)]
        .map(([, name = ""]) => name)
        // Statuses, metrics and types of packets.
        .filter((name) => name !== "disconnect" && !name.includes("_"))
        .map((name) => ({ name, found: new RegExp(`\\b${name}(?:[(<]|: | = )`).test(sources), row }))
    );
  });
  assert.deepEqual(
    checked.filter(({ found }) => !found),
    [],
  );
});

/** A word, and the file in which it lives: a row of the glossary. */
test("every word of docs/glossary.md has a file, and no word is there twice", () => {
  const rows = read("docs/glossary.md")
    .split("\n")
    .filter((line) => /^\| (?!-|word )/.test(line));
  assert.ok(rows.length > 40, `${rows.length} rows`);
  const words = rows.map((row) => row.split("|")[1]?.trim());
  assert.deepEqual(
    words.filter((word, index) => words.indexOf(word) !== index),
    [],
  );
  assert.deepEqual(
    rows.filter((row) => pathsIn(row).length === 0),
    [],
  );
});
