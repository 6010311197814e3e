/** A process that ends waits for its last commands as long as Redis is there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { untilEnded } from "../../../dist/distributed/last-commands.js";

/** Commands that end at the third look at the state of the connection. */
function slowCommands() {
  let end: () => void = () => undefined;
  let looks = 0;
  const commands = new Promise<void>((resolve) => (end = resolve));
  const client = {
    get status() {
      if (++looks === 3) end();
      return "ready" as const;
    },
  };
  return { commands, client };
}

test("commands that take longer than a look are waited for while Redis is there", async () => {
  const { commands, client } = slowCommands();
  let isEnded = false;
  void commands.then(() => (isEnded = true));
  await untilEnded(commands, client, 1);
  assert.ok(isEnded);
});

test("they are given up when Redis is away, and when it does not answer", async () => {
  const never = new Promise(() => undefined);
  await untilEnded(never, { status: "reconnecting" }, 1);
  await untilEnded(never, { status: "ready" }, 1);
});

test("commands that fail have ended", async () => {
  await untilEnded(Promise.reject(new Error("refused")), { status: "ready" });
  await untilEnded(
    delay(1).then(() => Promise.reject(new Error("refused"))),
    { status: "ready" },
  );
});
