/** The command that runs a run again has what it needs, and no credentials. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { differingOptions, reproduceCommand } from "../../../dist/results/index.js";

const choices = { virtual: false, mailbox: "sound", record: true, target: "http://127.0.0.1:3000" } as const;

for (const [given, kept] of [
  ["redis://queue.example:6379", "redis://queue.example:6379"],
  ["rediss://:p@ss/word@queue.example/2", "rediss://queue.example/2"],
  ["redis://user:secret@127.0.0.1:6380", "redis://127.0.0.1:6380"],
] as const)
  test(`the URL of Redis is kept without user name and password: ${kept}`, () => {
    assert.equal(differingOptions({ ...choices, redis: given })["redis"], kept);
    assert.equal(
      reproduceCommand("steady", 7, { ...choices, redis: given, machines: "3" }),
      `simulate --scenario steady --target http://127.0.0.1:3000 --redis ${kept} --machines 3 --seed 7`,
    );
  });
