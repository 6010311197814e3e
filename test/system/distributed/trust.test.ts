/** Redis with a password and behind TLS: both are honoured, and the password is in no output and in no file. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { freePort } from "../../support/free-port.js";
import { makeCertificate, noOpenssl } from "../../support/distributed/certificate.js";
import { firstBlock, jobIn, resultsOf, runWith, startWorker, tinySweep } from "../../support/distributed/processes.js";
import { noRedis, TestRedis } from "../../support/distributed/redis.js";
import { simulate, start, temporaryDirectory } from "../../support/cli/simulate.js";

const PASSWORD = "hunter2";
/** As it is in a URL. */
const SECRET = /hunter2|hunter%32/;

async function withPassword(t: TestContext, ...options: string[]): Promise<TestRedis> {
  const redis = await TestRedis.start(t, ...options);
  await redis.client.config("SET", "requirepass", PASSWORD);
  return redis;
}

/** The content of all files below a directory. */
function contentOf(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

test("the password of Redis is honoured, and never printed", { skip: noRedis }, async (t) => {
  const redis = await withPassword(t);
  const url = (password: string): string => redis.url.replace("//", `//:${password}@`);
  const right = await simulate("jobs", "--redis", url(PASSWORD));
  assert.equal(right.stdout, `no jobs in ${redis.url}\n`, right.stderr);
  for (const wrongUrl of [redis.url, url(`${PASSWORD}x`)]) {
    const wrong = await simulate("jobs", "--redis", wrongUrl);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /^simulate: cannot use redis:\S+: (NOAUTH|WRONGPASS) .*\n$/);
    assert.doesNotMatch(wrong.stderr, SECRET);
  }
});

test("a sweep over TLS with a password: the certificate is checked, the password is nowhere", {
  skip: noRedis === false ? noOpenssl : noRedis,
}, async (t) => {
  const directory = temporaryDirectory(t);
  const { certificate, key } = makeCertificate(directory);
  const port = await freePort();
  const files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no"];
  await withPassword(t, "--tls-port", String(port), ...files);
  const plain = `rediss://localhost:${port}`;
  const url = plain.replace("//", "//:hunter%32@");

  const unknown = await simulate("jobs", "--redis", url);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /^simulate: cannot use rediss:\/\/localhost:\d+: .*certificate\n$/);

  const env = { NODE_EXTRA_CA_CERTS: certificate };
  const worker = await startWorker(t, url, ["--threads", "1"], { env });
  assert.match(worker.log(), new RegExp(`\\(Redis at ${plain}\\)`));
  const alone = resultsOf(await simulate(...tinySweep(join(directory), "1..40")));
  const results = temporaryDirectory(t);
  // The host by its address, which is in the certificate too; the password from the environment.
  const address = plain.replace("localhost", "127.0.0.1");
  const withVariable = { ...env, REDIS_PASSWORD: PASSWORD };
  const ended = await start([...tinySweep(results, "1..40"), "--redis", address], { env: withVariable }).ended;
  assert.deepEqual(resultsOf(ended), alone, ended.stderr);

  const stopped = runWith(t, [...tinySweep(results, "1..100000"), "--redis", url], { env });
  assert.ok(await firstBlock(results, stopped), stopped.log());
  stopped.child.kill("SIGINT");
  const { stdout, stderr } = await stopped.ended;
  const { path } = jobIn(results);
  assert.match(stderr, new RegExp(`--redis ${plain}\n`));
  const listed = await start(["jobs", "--json", "--redis", url], { env }).ended;
  worker.child.kill("SIGINT");
  await worker.ended;
  for (const text of [stdout, stderr, ended.stdout, ended.stderr, listed.stdout, worker.log(), contentOf(path)])
    assert.doesNotMatch(text, SECRET);
});
