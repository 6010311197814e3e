/** `simulate serve` as its browsers see it: from the registration to the submit, and what is in the database then. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Sqlite from "better-sqlite3";
import { temporaryDirectory } from "../../support/cli/simulate.js";
import { Page, post, serve, type Served } from "../../support/server/served.js";

/** A task without an onboarding. */
function scenario(t: Parameters<typeof temporaryDirectory>[0], task: string): string {
  const file = join(temporaryDirectory(t), "task.yaml");
  writeFileSync(
    file,
    `name: talk
description: A task for people.
incident: None.
arrivals: { startRate: 1, stages: [{ duration: 1s, target: 1 }] }
behaviours: { any: { weight: 1, actions: ${task.includes("static") ? 0 : 3}, thinkTime: 100ms } }
task: { ${task}, liveUpdateTimeout: 1s, submissionTimeout: 1s }
drainTimeout: 1s
`,
  );
  return file;
}

function submitsIn({ results }: Served): unknown[] {
  const db = new Sqlite(join(results, readdirSync(results)[0] ?? "", "run.db"), { readonly: true });
  try {
    const rows = db
      .prepare<[], { data: string }>("SELECT data FROM agent_state WHERE kind = 'submit' ORDER BY seq")
      .all();
    return rows.map(({ data }) => JSON.parse(data) as unknown);
  } finally {
    db.close();
  }
}

test("a person's whole life: onboarding, live updates, reload, submit", async (t) => {
  const served = await serve(t, "--scenario", "steady");
  const ann = new Page(served.origin, "ann");
  const first = await ann.register();
  assert.match(String(first.agent_id), /^onboarding_\d+$/);
  assert.equal(first.failure_reason, null);
  await ann.connect();
  await ann.untilStatus("onboarding");
  ann.update({ text: "hello", update_id: "u1" });
  await ann.until("a reply", ({ packet_type }) => packet_type === "client_bound_live_update");

  const unit = await ann.submitOnboarding("right");
  assert.match(String(unit.agent_id), /^\d+$/);
  assert.deepEqual(unit.init_task_data?.task_data, {
    blueprint: "chat",
    units_per_assignment: 1,
    has_onboarding: true,
  });
  ann.send("alive", {});
  await ann.untilStatus("in task");
  for (const number of [1, 2]) ann.update({ text: `number ${number}`, update_id: `t${number}` });
  await ann.until("the second reply", ({ data }) => (data as { in_reply_to?: unknown }).in_reply_to === 2);

  // The page is loaded again.
  ann.socket?.terminate();
  const again = await ann.register();
  assert.equal(again.agent_id, unit.agent_id);
  assert.equal(again.failure_reason, null);
  assert.deepEqual(again.init_task_data?.past_live_updates?.map(({ text }) => text).toSorted(), [
    "I see. Go on.",
    "I see. Go on.",
    "number 1",
    "number 2",
  ]);
  await ann.connect();
  // Without a last live update: the submit ends the live part.
  assert.deepEqual(await ann.submit({ answer: 42 }), { status: 200, body: { status: "Submitted!" } });
  assert.deepEqual(submitsIn(served).at(-1), { answer: 42 }, "it is committed once it is answered");
  assert.equal(ann.statuses.at(-1), "in task");
  const over = await ann.register();
  assert.match(String(over.failure_reason), /^You appear to have already completed/);

  const { code, stdout, summary } = await served.stop();
  assert.equal(code, 0, stdout);
  assert.deepEqual(summary.outcomes.agents, { completed: 1 });
  assert(summary.invariants.every(({ held }) => held));
});

test("an onboarding that is not passed, and one that asks again", async (t) => {
  const served = await serve(t, "--scenario", "steady");
  const ben = new Page(served.origin, "ben");
  await ben.register();
  await ben.connect();
  const details = await ben.submitOnboarding("wrong");
  assert.equal(details.agent_id, null);
  assert.match(String(details.failure_reason), /^You are not currently qualified/);
  const again = await new Page(served.origin, "ben", "another").register();
  assert.match(String(again.failure_reason), /^You are not currently qualified/);
  // The outcome is in the details, and nowhere else.
  assert(
    !ben.packets.some(({ data }) => ["approved", "rejected"].includes(String((data as { status?: string }).status))),
  );
  assert.equal((await served.stop()).code, 0);
});

test("live updates are in order and complete where the mailbox has no room for all", async (t) => {
  const file = scenario(t, "blueprint: chat, workTime: 20ms");
  const served = await serve(t, "--scenario", file, "--drain", "20s");
  const ann = new Page(served.origin, "ann");
  await ann.register();
  await ann.connect();
  await ann.untilStatus("in task");
  const count = 60;
  for (let number = 1; number <= count; number++)
    ann.update({ text: `${number} ${"x".repeat(400)}`, update_id: `u${number}` });
  await ann.until("the last reply", ({ data }) => (data as { in_reply_to?: unknown }).in_reply_to === count);
  assert.deepEqual(
    ann.updates.map(({ in_reply_to }) => in_reply_to),
    Array.from({ length: count }, (_, place) => place + 1),
  );
  assert.equal((await ann.submit({})).status, 200);
  const { code, summary } = await served.stop();
  assert.equal(code, 0);
  assert.equal(summary.counters.live_updates_taken, count);
  assert((summary.counters.mailbox_full ?? 0) > 0, "the mailbox was full");
});

test("files come with a submit, under names that are safe", async (t) => {
  const file = scenario(t, "blueprint: static");
  const served = await serve(t, "--scenario", file);
  const ann = new Page(served.origin, "ann");
  await ann.register();
  const form = new FormData();
  form.set("USED_AGENT_ID", ann.agentId);
  form.set("final_string_data", JSON.stringify({ answer: "see the file" }));
  form.set("client_timestamp", String(Date.now() / 1000));
  form.append("photo", new Blob(["first"], { type: "text/plain" }), "../../../etc/pass wd.txt");
  form.append("photo", new Blob(["second"]), ".bashrc");
  const response = await fetch(`${served.origin}/submit_task`, { method: "POST", body: form });
  assert.deepEqual([response.status, await response.json()], [200, { status: "Submitted!" }]);
  const folder = join(served.results, readdirSync(served.results)[0] ?? "", "files");
  const [submit] = submitsIn(served) as {
    answer: string;
    files: { path: string; originalname: string; size: number }[];
    filesByFields: { photo: unknown[] };
  }[];
  assert.equal(submit?.answer, "see the file");
  assert.equal(submit.filesByFields.photo.length, 2);
  assert.deepEqual(submit.files.map(({ path }) => readFileSync(path, "utf8")).sort(), ["first", "second"]);
  const names = readdirSync(folder);
  assert.equal(names.length, 2);
  assert(
    names.every((name) => /^\d{6}-photo-[\w.-]+$/.test(name)),
    String(names),
  );
  assert.equal((await served.stop()).code, 0);
});

test("two people share an assignment; one leaves, the other may submit", async (t) => {
  const file = scenario(t, "blueprint: chat, unitsPerAssignment: 2");
  const served = await serve(t, "--scenario", file, "--workers", "0", "--detection", "close", "--grace", "200ms");
  const [ann, bob] = [new Page(served.origin, "ann"), new Page(served.origin, "bob")];
  for (const page of [ann, bob]) {
    await page.register();
    await page.connect();
  }
  await Promise.all([ann.untilStatus("in task"), bob.untilStatus("in task")]);
  ann.update({ text: "hello partner", update_id: "a1" });
  await bob.until("the partner's message", ({ data }) => (data as { text?: unknown }).text === "hello partner");
  bob.socket?.terminate();
  await ann.untilStatus("partner disconnect");
  assert.equal((await ann.submit({ answer: "so far" })).status, 200);
  const { code, summary } = await served.stop();
  assert.equal(code, 0);
  assert.deepEqual(summary.outcomes.agents, { completed: 1, disconnect: 1 });
});

test("one's partner is simulated, whenever one comes", async (t) => {
  const served = await serve(t, "--scenario", "partner-disconnect", "--detection", "close");
  for (const name of ["ann", "bob"]) {
    const page = new Page(served.origin, name);
    await page.register();
    await page.connect();
    await page.untilStatus("in task");
    await page.until("a message of the partner", ({ data }) => "from" in (data as object));
    assert.equal((await page.submit({})).status, 200);
  }
  const { summary } = await served.stop();
  assert.equal(summary.outcomes.agents["completed"] !== undefined, true);
  assert(summary.invariants.every(({ held }) => held));
});

test("a stop says what was in flight, and closes every socket", async (t) => {
  const file = scenario(t, "blueprint: chat");
  const served = await serve(t, "--scenario", file, "--drain", "100ms");
  const ann = new Page(served.origin, "ann");
  await ann.register();
  await ann.connect();
  await ann.untilStatus("in task");
  const closed = new Promise<number>((resolve) => ann.socket?.once("close", resolve));
  const { code, stderr, stdout, summary } = await served.stop();
  assert.equal(code, 0);
  assert.match(
    stderr + stdout,
    /closed: 1 socket, 1 live agent, 0 requests without an answer, 0 live updates on their way/,
  );
  assert.equal(await closed, 1001);
  assert.deepEqual(summary.outcomes.agents, { "cut off": 1 });
});

/** Holds the lock of the run's database, so that nothing is committed; returns what releases it. */
function holdLock({ results }: Served): () => void {
  const db = new Sqlite(join(results, readdirSync(results)[0] ?? "", "run.db"));
  db.exec("BEGIN IMMEDIATE");
  return () => {
    db.exec("ROLLBACK");
    db.close();
  };
}

test("a submit is answered once it is committed, and with 503 when the server stops before that", async (t) => {
  const file = scenario(t, "blueprint: chat");
  const served = await serve(t, "--scenario", file, "--drain", "2s");
  const [ann, bob] = [new Page(served.origin, "ann"), new Page(served.origin, "bob")];
  for (const page of [ann, bob]) {
    await page.register();
    await page.connect();
    await page.untilStatus("in task");
  }
  const release = holdLock(served);
  let isAnswered = false;
  const answer = ann.submit({ answer: 1 }).finally(() => (isAnswered = true));
  // The gateway answers others meanwhile.
  bob.send("heartbeat");
  await bob.until("the echo of the heartbeat", ({ packet_type }) => packet_type === "heartbeat");
  assert.equal(isAnswered, false);
  release();
  assert.equal((await answer).status, 200);

  const releaseAgain = holdLock(served);
  const late = bob.submit({ answer: 2 });
  const ended = served.stop();
  assert.deepEqual(await late, { status: 503, body: { error: "the server is shutting down" } });
  releaseAgain();
  const { code, stderr, stdout, summary } = await ended;
  assert.equal(code, 0, stdout);
  assert.match(stderr + stdout, /closed: 2 sockets, [12] live agents?, 1 request without an answer/);
  assert.equal(summary.counters.submits_acknowledged, 1);
  assert(summary.invariants.every(({ held }) => held));
});

test("a submit whose write fails is answered with 503, and the server ends with the reason", async (t) => {
  const served = await serve(t, "--scenario", scenario(t, "blueprint: chat"));
  const ann = new Page(served.origin, "ann");
  await ann.register();
  await ann.connect();
  await ann.untilStatus("in task");
  const db = new Sqlite(join(served.results, readdirSync(served.results)[0] ?? "", "run.db"));
  db.exec(`CREATE TRIGGER is_full BEFORE INSERT ON agent_state WHEN NEW.kind = 'submit'
           BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);
  db.close();
  assert.equal((await ann.submit({ answer: 1 })).status, 503);
  const { code, stderr } = await served.ended;
  assert.equal(code, 1);
  assert.match(stderr, /^closed: .* 1 request without an answer/m);
  assert.match(stderr, /^simulate: .*appendState failed: database or disk is full$/m);
  assert.deepEqual(submitsIn(served), []);
});

test("metadata, errors of the page, and the small endpoints", async (t) => {
  const file = scenario(t, "blueprint: chat");
  const served = await serve(t, "--scenario", file);
  const ann = new Page(served.origin, "ann");
  await ann.register();
  const answer = (path: string, body: unknown) => post(served.origin, path, body);
  assert.deepEqual(await answer("/submit_metadata", { USED_AGENT_ID: ann.agentId, metadata: { note: "x" } }), {
    status: 200,
    body: { status: "Submitted metadata" },
  });
  assert.deepEqual(await answer("/log_error", { USED_AGENT_ID: null, error_data: { error: "oops" } }), {
    status: 200,
    body: { status: "Error log sent!" },
  });
  const get = async (path: string) => (await fetch(served.origin + path)).json() as Promise<Record<string, unknown>>;
  assert.deepEqual(await get("/is_alive"), { status: "Alive!" });
  assert.equal(typeof (await get("/get_timestamp"))["timestamp"], "number");
  assert.equal((await get("/task_config.json?mephisto_task_version=2.0.3"))["mephisto_task_version"], "2.0.4");
  assert.match(await (await fetch(`${served.origin}/wrap_crowd_source.js`)).text(), /function getAgentRegistration/);
  assert.match(await (await fetch(`${served.origin}/`)).text(), /<title>A conversation task/);
  await ann.submit({});
  await served.stop();
});
