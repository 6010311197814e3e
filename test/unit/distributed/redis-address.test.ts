/** URLs of Redis, and their passwords in messages. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parseRedisUrl, RedisUrlError } from "../../../dist/distributed/index.js";
import { withoutPasswords } from "../../../dist/vocabulary/index.js";

describe("the URL of Redis", () => {
  test("has defaults for port and database", () => {
    assert.deepEqual(parseRedisUrl("redis://queue.example", {}), {
      host: "queue.example",
      port: 6379,
      database: 0,
      username: undefined,
      password: undefined,
      tls: false,
      shown: "redis://queue.example:6379",
    });
  });

  test("has user, password, port and database, and is shown without the first two", () => {
    const address = parseRedisUrl("rediss://me:s%40cret@[::1]:7000/3", {});
    assert.equal(address.host, "::1");
    assert.equal(address.username, "me");
    assert.equal(address.password, "s@cret");
    assert.equal(address.tls, true);
    assert.equal(address.shown, "rediss://[::1]:7000/3");
  });

  test("takes its password from REDIS_PASSWORD when it has none", () => {
    assert.equal(parseRedisUrl("redis://host", { REDIS_PASSWORD: "s3cret" }).password, "s3cret");
    assert.equal(parseRedisUrl("redis://:own@host", { REDIS_PASSWORD: "s3cret" }).password, "own");
  });

  for (const text of ["", "host:6379", "http://host", "redis://", "redis://host/name", "redis://host/99999"]) {
    test(`"${text}" is refused by name`, () => {
      assert.throws(() => parseRedisUrl(text, {}), {
        name: "RedisUrlError",
        message: new RegExp(`^invalid value "${text}" for --redis: expected a URL`),
      });
    });
  }

  test("no message has the password of a refused text", () => {
    const password = "hunter2";
    for (const text of [
      `redis://:${password}@host/name`,
      `${password}@host`,
      `redis:/:${password}@host`,
      `redis://:%zz${password}@host`,
      `redis://host:6379?password=${password}`,
      `redis://:${password}`,
      `redis://host:${password}`,
    ])
      assert.throws(
        () => parseRedisUrl(text, {}),
        (error: unknown) => error instanceof RedisUrlError && !error.message.includes(password),
      );
  });
});

test("no output has the user or the password of a Redis URL", () => {
  const word = fc.stringMatching(/^[!-~]{1,20}$/);
  fc.assert(
    fc.property(word, word, fc.constantFrom("redis", "rediss", "REDIS"), (user, password, scheme) => {
      const text = withoutPasswords(`cannot use ${scheme}://${user}:${password}@host:6379/0: refused`);
      assert.equal(text, `cannot use ${scheme}://***@host:6379/0: refused`);
    }),
  );
  assert.equal(withoutPasswords("redis://host:6379 of a@b"), "redis://host:6379 of a@b");
});
