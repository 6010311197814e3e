/** A full disk before a run, during a run, and while its files are written. Needs the right to mount a small disk. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseFullError, openDatabase } from "../../../dist/platform/db/index.js";
import { createHistoryFile, HistoryWriter } from "../../../dist/replay/history/index.js";
import { ResultsError, writeAtomically } from "../../../dist/results/index.js";
import { simulate, start } from "../../support/cli/simulate.js";

interface SmallDisk {
  readonly path: string;
  /** Uses all its space. */
  fill(): void;
  /** Frees this space. */
  free(): void;
}

/** A file system of `kib` of memory. Without the right to mount one, skips the test and returns undefined. */
function smallDisk(t: TestContext, kib: number): SmallDisk | undefined {
  const path = mkdtempSync(join(tmpdir(), "crowdstorm-small-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kib}k`, "tmpfs", path], { stdio: "ignore" });
  } catch {
    rmSync(path, { recursive: true });
    t.skip("no right to mount a small file system here");
    return undefined;
  }
  t.after(() => {
    execFileSync("umount", ["--lazy", path]);
    rmSync(path, { recursive: true });
  });
  const filler = join(path, "filler");
  return {
    path,
    fill() {
      for (let n = 0; ; n++) {
        const { bavail, bsize } = statfsSync(path);
        try {
          writeFileSync(filler, Buffer.alloc(Math.max(1, bavail) * bsize), { flag: "a" });
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "ENOSPC" || n > 1000) throw error;
          return;
        }
      }
    },
    free: () => rmSync(filler),
  };
}

for (const [what, ...engine] of [["real threads"], ["simulated time", "--virtual"]] as const) {
  test(`a run that cannot start on a full disk leaves no files (${what})`, async (t) => {
    const disk = smallDisk(t, 64);
    if (disk === undefined) return;
    const { code, stderr } = await simulate(
      "-s",
      "steady",
      "--workers",
      "200",
      "--duration",
      "1s",
      "--quiet",
      "--results",
      disk.path,
      ...engine,
    );
    assert.equal(code, 1);
    assert.match(stderr, /^simulate: .*the disk is full.*\n$/);
    assert.deepEqual(readdirSync(disk.path), []);
  });
}

for (const [what, ...recording] of [["with its order recorded"], ["not recorded", "--no-record"]] as const) {
  test(`a disk that fills up ends the run with one line; acknowledged writes are in the database (${what})`, async (t) => {
    const disk = smallDisk(t, 30 << 10);
    if (disk === undefined) return;
    const { ended } = start([
      "-s",
      "steady",
      "--workers",
      "2000",
      "--duration",
      "20s",
      "--quiet",
      "--results",
      disk.path,
      ...recording,
    ]);
    const begun = (): string | undefined =>
      readdirSync(disk.path).find((run) => existsSync(join(disk.path, run, "run.json")));
    while (begun() === undefined) await sleep(10);
    disk.fill();
    const { code, stderr } = await ended;
    assert.equal(code, 1, stderr);
    assert.match(stderr, /^simulate: .*the disk is full.*\n$/);
    disk.free();
    const run = join(disk.path, begun() ?? "");
    for (const file of ["summary.json", "report.html", "latency.hlog"]) assert.ok(!existsSync(join(run, file)), file);
    assert.ok(!readdirSync(run).some((file) => file.endsWith(".tmp")));
    const report = await simulate("report", run);
    assert.equal(report.code, 0, report.stderr);
    assert.match(report.stdout, /^INCOMPLETE {2}steady\n/);
    assert.match(report.stdout, /all of them in the database|there is nothing to check/);
    openDatabase(join(run, "run.db")).close();
  });
}

test("a run that cannot write its results does not report that it passed (simulated time)", async (t) => {
  const disk = smallDisk(t, 12 << 10);
  if (disk === undefined) return;
  const args = ["-s", "steady", "--workers", "200", "--duration", "5s", "--virtual", "--results", disk.path];
  const whole = await simulate(...args);
  assert.equal(whole.code, 0, whole.stderr);
  const [first] = readdirSync(disk.path);
  assert.ok(first !== undefined);
  const sizes = readdirSync(join(disk.path, first)).map((file) => statSync(join(disk.path, first, file)).size);
  const needed = sizes.reduce((sum, size) => sum + size, 0);
  rmSync(join(disk.path, first), { recursive: true });

  // From too little space for the database to nearly enough for all files, so that each file is the first that fails.
  let failed = 0;
  for (const tenths of [6, 9, 10, 12]) {
    const room = Math.floor((needed * tenths) / 10);
    execFileSync("mount", ["-o", `remount,size=${Math.ceil(room / 4096) * 4}k`, disk.path]);
    const { code, stdout, stderr } = await simulate(...args);
    const files = readdirSync(disk.path).flatMap((run) => readdirSync(join(disk.path, run)));
    if (code === 0) {
      assert.ok(files.includes("summary.json"));
    } else {
      failed++;
      assert.equal(code, 1, stderr);
      assert.doesNotMatch(stdout, /PASSED/);
      for (const file of ["summary.json", "report.html"]) assert.ok(!files.includes(file), `${file} at ${tenths}`);
    }
    for (const run of readdirSync(disk.path)) rmSync(join(disk.path, run), { recursive: true });
  }
  assert.ok(failed > 0);
});

test("a database whose writes share transactions fails permanently when a transaction is lost", (t) => {
  const disk = smallDisk(t, 4 << 10);
  if (disk === undefined) return;
  const path = join(disk.path, "run.db");
  const db = openDatabase(path, { create: true, writesPerCommit: 5 });
  const nameOf = (n: number): string => `${n} ${"x".repeat(50_000)}`;
  const write = (taskName: string): void => void db.write("newTask", { taskName, taskType: "chat" }).block();
  let written = 0;
  for (; written < 8; written++) write(nameOf(written));
  disk.fill();
  const writeOn = (): void => {
    for (; ; written++) write(nameOf(written));
  };
  let failure: unknown;
  assert.throws(writeOn, (error) => {
    failure = error;
    return error instanceof DatabaseFullError && error.message.startsWith(`${path}: newTask failed: the disk is full`);
  });
  disk.free();
  assert.throws(
    () => write("after"),
    (error) => error === failure,
  );
  assert.throws(
    () => db.close(),
    (error) => error === failure,
  );
  db.close();

  const after = openDatabase(path);
  assert.deepEqual(
    Array.from({ length: written }, (_, n) => after.findTask(nameOf(n)) !== undefined),
    Array.from({ length: written }, (_, n) => n < 5),
    "whole transactions",
  );
  assert.equal(after.findTask("after"), undefined);
  after.close();
});

test("a results file that does not fit on the disk leaves no part of it", (t) => {
  const disk = smallDisk(t, 64);
  if (disk === undefined) return;
  disk.fill();
  const path = join(disk.path, "summary.json");
  assert.throws(
    () => writeAtomically(path, "x".repeat(10_000)),
    (error) => error instanceof ResultsError && error.message === `cannot write ${path}: the disk is full`,
  );
  assert.deepEqual(readdirSync(disk.path), ["filler"]);
});

test("an order file that does not fit on the disk is reported, and has no part of a chunk", (t) => {
  const disk = smallDisk(t, 64);
  if (disk === undefined) return;
  const path = join(disk.path, "task-0.bin");
  const journal = new HistoryWriter(createHistoryFile(path, {}));
  const { size } = statSync(path);
  disk.fill();
  const record = (): void => {
    for (let n = 0; n < 100_000; n++) {
      journal.begin(0, 0, 8, false, n, n, n);
      journal.end();
    }
  };
  assert.throws(
    record,
    (error) => error instanceof ResultsError && error.message === `cannot write ${path}: the disk is full`,
  );
  assert.equal(statSync(path).size, size);
});
