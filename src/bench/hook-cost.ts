/**
 * The cost of the explorer's hooks in the atomic operations when no control is installed: the path of a live update
 * through a mailbox with the shipped code, beside a copy of it without the hooks.
 */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ControlQuestion, ControlThread } from "./control-thread.js";
import type { Bench } from "./figure.js";
import { inDirectory } from "./platform.js";
import { startThread } from "../load/measure/floor/index.js";

const SHIPPED = fileURLToPath(new URL("../", import.meta.url));
/** Appended and taken by each of the two copies in a round, alternately. */
const UPDATES = 400_000;

export const control: Bench = {
  name: "control",
  doc: "an update appended and taken, with the explorer's hooks turned off, and without them",
  measure: (rounds) =>
    inDirectory(async (directory) => {
      const shipped = copyOfSync(directory, "shipped", (text) => text);
      const bare = copyOfSync(directory, "bare", withoutHooks);
      const [withHooks, without]: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        // Each round has a new thread, as the compilation and the place in memory vary between threads.
        const thread = startThread<ControlQuestion, { readonly shipped: number; readonly bare: number }>(
          new URL("./control-thread.js", import.meta.url),
          { shipped, bare, shippedFirst: round % 2 === 0 } satisfies ControlThread,
        );
        try {
          const answer = await thread.ask({ updates: UPDATES });
          withHooks.push(answer.shipped);
          without.push(answer.bare);
        } finally {
          await thread.end();
        }
      }
      return [
        {
          name: "control/update",
          doc: "an update appended to a mailbox and taken in one thread, no control installed",
          unit: "µs",
          better: "smaller",
          rounds: withHooks,
          floor: { doc: "the same code without the hooks of the explorer", rounds: without },
          goal: 1.03,
        },
      ];
    }),
};

/** Copies the compiled src/platform/sync and its imports. Returns the URL of the copy's index. */
function copyOfSync(directory: string, name: string, change: (atomics: string) => string): string {
  // As deep below its package.json as the original.
  const copy = join(directory, name, "dist");
  const sync = join("platform", "sync");
  for (const room of [sync, "vocabulary"]) cpSync(join(SHIPPED, room), join(copy, room), { recursive: true });
  writeFileSync(join(directory, name, "package.json"), JSON.stringify({ type: "module" }));
  const atomics = join(copy, sync, "atomics.js");
  writeFileSync(atomics, change(readFileSync(atomics, "utf8")));
  return pathToFileURL(join(copy, sync, "index.js")).href;
}

/** The compiled hooks: a conditional statement with or without an else branch, a conditional value, and a call. */
const HOOKS: readonly (readonly [hook: RegExp, without: string])[] = [
  [/if \(control(\?\.epochs)? !== undefined\)\s+[^;]+;\s+else\b/g, ""],
  [/if \(control(\?\.epochs)? !== undefined\)\s+[^;]+;/g, ""],
  [/control\?\.epochs === undefined \? (\w+) : [^;]+;/g, "$1;"],
  [/return control !== undefined;/g, "return false;"],
  [/control\?\.plain\?\.[^;]+;/g, ""],
];

/** The text of atomics.js without its hooks. @throws Error when it has no hooks, or not all can be removed */
export function withoutHooks(atomics: string): string {
  const bare = HOOKS.reduce((text, [hook, without]) => text.replace(hook, without), atomics);
  const uses = bare.replace(/\/\*[^]*?\*\/|\/\/.*/g, "").match(/\bcontrol\b.*/g) ?? [];
  // The declaration and the installation of a control remain.
  if (bare === atomics || uses.length !== 2)
    throw new Error(`cannot remove the hooks of the explorer from atomics.js: ${uses.join(" ")}`);
  return bare;
}
