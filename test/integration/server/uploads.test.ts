/** Multipart bodies of honest and of hostile peers, over real HTTP. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { DEFAULT_LIMITS, type GatewayLimits } from "../../../dist/platform/server/gateway/index.js";
import { UploadError, Uploads } from "../../../dist/platform/server/gateway/uploads.js";
import { temporaryDirectory } from "../../support/cli/simulate.js";

/** A server that answers with what it has read. */
async function start(t: TestContext, limits: Partial<GatewayLimits> = {}) {
  const folder = join(temporaryDirectory(t), "files");
  const uploads = new Uploads(folder, { ...DEFAULT_LIMITS, ...limits });
  const server = createServer((request, response) => {
    uploads.read(request).then(
      (upload) => response.end(JSON.stringify(upload)),
      (error: unknown) => {
        response.shouldKeepAlive = false;
        response.statusCode = error instanceof UploadError ? error.status : 500;
        response.end(error instanceof Error ? error.message : "");
      },
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    stored: () => (existsSync(folder) ? readdirSync(folder) : []),
    folder,
    send: async (form: FormData | string, type?: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        method: "POST",
        body: form,
        ...(type !== undefined && { headers: { "content-type": type } }),
      });
      return [response.status, await response.text()] as const;
    },
  };
}

function formOf(files: readonly (readonly [string, string])[], fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const [name, content] of files) form.append("file", new Blob([content]), name);
  return form;
}

test("files are stored, under names that no file system takes for something else", async (t) => {
  const { send, stored, folder } = await start(t);
  const names = ["../../up.txt", "/etc/passwd", "..", "a\u0000b", "-rf", "ä 😀.png", "x".repeat(300)];
  const [status, text] = await send(formOf(names.map((name, place) => [name, String(place)])));
  assert.equal(status, 200, text);
  assert.equal(stored().length, names.length);
  for (const name of stored()) assert.match(name, /^\d{6}-file-[\w][\w.-]{0,79}$/);
  const { files } = JSON.parse(text) as { files: { path: string; size: number }[] };
  assert.deepEqual(
    files.map(({ path }) => readFileSync(path, "utf8")).sort(),
    names.map((_, place) => String(place)),
  );
  assert(files.every(({ path }) => path.startsWith(`${folder}/`)));
});

const refused: readonly (readonly [string, Partial<GatewayLimits>, FormData, number, RegExp])[] = [
  [
    "too many files",
    { files: 1 },
    formOf([
      ["a", "1"],
      ["b", "2"],
    ]),
    413,
    /more than 1 files/,
  ],
  ["a file that is too large", { fileBytes: 10 }, formOf([["a", "x".repeat(11)]]), 413, /more than 10 bytes/],
  [
    "files that are too large together",
    { uploadBytes: 10 },
    formOf([
      ["a", "123456"],
      ["b", "123456"],
    ]),
    413,
    /more than 10 bytes of files/,
  ],
  ["files for which the run has no room", { storedBytes: 5 }, formOf([["a", "123456"]]), 507, /all the room/],
  [
    "a field that is too large",
    { bodyBytes: 5 },
    formOf([], { final_string_data: "123456" }),
    413,
    /"final_string_data" is too large/,
  ],
];
for (const [what, limits, form, expected, reason] of refused) {
  test(`${what}: refused, and nothing is left`, async (t) => {
    const { send, stored } = await start(t, limits);
    const [status, text] = await send(form);
    assert.equal(status, expected, text);
    assert.match(text, reason);
    assert.deepEqual(stored(), []);
  });
}

test("a run's room is free again when an upload was refused", async (t) => {
  const { send, stored } = await start(t, { storedBytes: 10, files: 1 });
  const [status] = await send(
    formOf([
      ["a", "1234567"],
      ["b", "1"],
    ]),
  );
  assert.equal(status, 413);
  assert.equal((await send(formOf([["c", "12345678"]])))[0], 200);
  assert.equal(stored().length, 1);
});

test("a body that is not multipart, or breaks off, is refused", async (t) => {
  const { send, stored, port } = await start(t);
  assert.equal((await send("x", "multipart/form-data"))[0], 400);
  assert.equal((await send("no part at all", "multipart/form-data; boundary=b"))[0], 400);
  assert.equal(
    (
      await send(
        '--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\nunfinished',
        "multipart/form-data; boundary=b",
      )
    )[0],
    400,
  );
  const socket = connect(port, "127.0.0.1");
  socket.write(
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n" +
      '--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\nhalf',
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  socket.destroy();
  for (let waited = 0; stored().length > 0 && waited < 5000; waited += 50)
    await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(stored(), []);
});
