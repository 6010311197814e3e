/**
 * Mutants of the sound mailbox: the compiled mailbox is copied, one step of it is changed, and the copy is explored. A
 * program that the original passes must find a violation in every mutant.
 */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as Explorer from "../../../dist/explore/index.js";
import { OWN_PROGRAMS } from "../../../dist/explore/index.js";
import { run, withSession } from "../../support/explore/support.js";

interface Mutant {
  readonly name: string;
  /** A file below dist/platform/sync, and its only text that is replaced. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The program that finds a violation. */
  readonly program: string;
}

/** The check of the sound mailbox's wait, and the wait. */
const CHECK =
  "if (!this.isEmpty() || this.isShutdown || (this.slot.isReleased && worker.isAbsent()))\n                return;";
const WAIT = "yield this.event.waitingSince(epoch, remaining)";

const MUTANTS: readonly Mutant[] = [
  {
    name: "an event changes without notifying",
    file: "event.js",
    program: "shutdown-append",
    from: "notify(cells, this.#state);\n        // A watcher",
    to: "// A watcher",
  },
  {
    name: "an event notifies before it changes",
    file: "event.js",
    program: "disconnect-append",
    from: "this.raise();\n        this.#wakeWaiters();",
    to: "this.#wakeWaiters();\n        this.raise();",
  },
  {
    name: "a notification does not advance the epoch",
    file: "event.js",
    program: "two-producers",
    from: "bump(this.#home.cells, this.#state, ONE_GENERATION);",
    to: "bump(this.#home.cells, this.#state, 0);",
  },
  {
    name: "the watchers are not woken",
    file: "event.js",
    program: "coroutine-consumer",
    from: "if (test(cells, this.watchers, -1))",
    to: "if (false)",
  },
  {
    name: "the epoch is read after the check",
    file: "sound-mailbox.js",
    program: "two-producers",
    from: `const epoch = this.event.epoch();\n            ${CHECK}`,
    to: `${CHECK}\n            const epoch = this.event.epoch();`,
  },
  {
    name: "an append notifies before it pushes",
    file: "sound-mailbox.js",
    program: "two-producers",
    from: "if (pushOrThrow(this.slot, value) === 0)\n            this.event.notifyAll();",
    to: "this.event.notifyAll();\n        pushOrThrow(this.slot, value);",
  },
  {
    name: "only an append to a queue that is not empty notifies",
    file: "sound-mailbox.js",
    program: "two-producers",
    from: "value) === 0",
    to: "value) !== 0",
  },
  {
    name: "shutdown sets the event before the mark",
    file: "sound-mailbox.js",
    program: "shutdown-append",
    from: "this.slot.markShutdown();\n        this.event.set();",
    to: "this.event.set();\n        this.slot.markShutdown();",
  },
  {
    name: "a release is not marked",
    file: "sound-mailbox.js",
    program: "disconnect-append",
    from: "this.slot.markReleased();",
    to: "",
  },
  {
    name: "a wake-up without a change ends the wait",
    file: "sound-mailbox.js",
    program: "foreign-status",
    from: `if (!(${WAIT}))\n                return;\n        }\n    }\n    release`,
    to: `${WAIT};\n            return;\n        }\n    }\n    release`,
  },
  {
    name: "the lock is taken without a check",
    file: "ring.js",
    program: "signal",
    from: "return (queue & OWNER) === 0 ? queue | owner : queue | CONTENDED;",
    to: "return (queue & ~OWNER) | owner;",
  },
  {
    name: "the lock is taken by a load and a store",
    file: "ring.js",
    program: "two-producers",
    from: "const before = update(this.#cells, this.#queue, OWNER | CONTENDED | PARITY, claimed, mine);",
    to:
      "const before = load(this.#cells, this.#queue);" +
      "if ((before & OWNER) === 0) store(this.#cells, this.#queue, before | mine);" +
      "else update(this.#cells, this.#queue, -1, claimed, mine);",
  },
  {
    name: "the lock is freed without waking its waiter",
    file: "ring.js",
    program: "two-producers",
    from: "if ((before & CONTENDED) !== 0)\n            notify(this.#cells, this.#queue);",
    to: "",
  },
  {
    name: "a message is published without the new tail",
    file: "ring.js",
    program: "two-producers",
    from: "(freed(queue) + 1) ^ PARITY",
    to: "freed(queue) + 1",
  },
  {
    name: "the consumer counts by a load and a store",
    file: "ring.js",
    program: "two-producers",
    from: "const before = update(cells, this.#queue, COUNT | HEAD_PARITY, shifted, 0);",
    to: "const before = load(cells, this.#queue); store(cells, this.#queue, shifted(before));",
  },
  {
    name: "the current head is overwritten",
    file: "ring.js",
    program: "two-producers",
    from: "SLOT.heads + (1 - parity), (head",
    to: "SLOT.heads + parity, (head",
  },
];

/** The most schedules until a violation has to be found. */
const MAX_SCHEDULES = 20_000;
const root = fileURLToPath(new URL("../../..", import.meta.url));
mkdirSync(join(root, "test-build"), { recursive: true });
/** Inside the repository, so that the copies find their packages. */
const copies = mkdtempSync(join(root, "test-build", "mutants-"));
after(() => rmSync(copies, { recursive: true, force: true }));

function mutate({ file, from, to }: Mutant, copy: string): void {
  cpSync(join(root, "dist"), copy, {
    recursive: true,
    filter: (path) => !path.endsWith(".map") && !path.endsWith(".d.ts"),
  });
  const path = join(copy, "platform", "sync", file);
  const source = readFileSync(path, "utf8");
  assert.equal(source.split(from).length, 2, `${file} has one place like: ${from}`);
  writeFileSync(
    path,
    source.replace(from, () => to),
  );
}

MUTANTS.forEach((mutant, number) => {
  test(`killed: ${mutant.name}`, async () => {
    const copy = join(copies, String(number));
    mutate(mutant, copy);
    const mutated = (await import(pathToFileURL(join(copy, "explore", "index.js")).href)) as typeof Explorer;
    const session = await mutated.openSession(
      { module: mutated.OWN_PROGRAMS, name: mutant.program },
      { maxSteps: 500 },
    );
    try {
      const exploration = mutated.explore(session, { strategy: "exhaustive", seed: "1" });
      let problems: readonly string[] | undefined = [];
      for (let schedule = 0; schedule < MAX_SCHEDULES && problems?.length === 0; schedule++)
        problems = exploration.next();
      assert.ok(
        problems !== undefined && problems.length > 0,
        `survived ${exploration.tally.schedules} schedules of ${mutant.program}`,
      );
    } finally {
      await session.close();
    }
  });
});

test("the original passes the programs that kill the mutants", async () => {
  for (const name of new Set(MUTANTS.map(({ program }) => program))) {
    await withSession({ module: OWN_PROGRAMS, name }, {}, (session) => {
      assert.deepEqual(run(session, {}, 1000).problems, []);
    });
  }
});
