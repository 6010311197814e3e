/** `simulate serve` with arguments that cannot be used: one line, an exit code, and no directory left. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { simulate, temporaryDirectory } from "../../support/cli/simulate.js";

const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["no port", ["--port", "http"], /invalid value "http" for --port: expected a whole number/],
  ["too large a port", ["--port", "65536"], /invalid value "65536" for --port: expected a port, 0 to 65535/],
  ["no people", ["--people", "0"], /invalid value "0" for --people: expected a whole number, 1 or more/],
  ["too many people", ["--people", "1000000"], /invalid value "1000000" for --people: expected at most 100000/],
  ["no duration", ["--drain", "10"], /invalid value "10" for --drain: expected a duration above 0 with a unit/],
  ["no page", ["--page", "/no/such"], /invalid value "\/no\/such" for --page: expected a folder/],
  ["no origin", ["--allow-origin", "a.example"], /invalid value "a\.example" for --allow-origin: expected an origin/],
  ["no detection", ["--detection", "luck"], /detection/],
  [
    "an address that others reach",
    ["--host", "0.0.0.0"],
    /^simulate: --host 0\.0\.0\.0 lets other machines connect, .*: add --allow-remote to allow it$/m,
  ],
  ["no workers", ["--workers", "-1"], /invalid value "-1" for --workers: expected a whole number, 0 or more/],
];

for (const [what, args, message] of cases) {
  test(`${what}: one line`, async (t) => {
    const results = temporaryDirectory(t);
    const { code, stderr, stdout } = await simulate(
      "serve",
      ...(args.includes("--port") ? [] : ["--port", "0"]),
      "--results",
      results,
      ...args,
    );
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
    assert.deepEqual(existsSync(results) ? readdirSync(results) : [], []);
  });
}

test("a port that is in use, and an address that this machine has not", async (t) => {
  const results = temporaryDirectory(t);
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const used = await simulate("serve", "--port", String(port), "--results", results);
  assert.equal(used.code, 1);
  assert.match(used.stderr, new RegExp(`^simulate: cannot listen on 127\\.0\\.0\\.1:${port}: it is in use\n$`));
  const elsewhere = await simulate(
    ...["serve", "--port", "0", "--host", "203.0.113.7", "--allow-remote", "--results", results],
  );
  assert.equal(elsewhere.code, 1);
  assert.match(elsewhere.stderr, /^simulate: cannot listen on 203\.0\.113\.7:0: this machine has no such address\n$/);
  assert.deepEqual(readdirSync(results), []);
});
