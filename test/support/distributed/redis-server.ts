/** A Redis of a test on a free port, where `redis-server` is installed. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { temporaryDirectory } from "../cli/simulate.js";

/** Why a test with Redis is skipped; false when it is not. */
export const NO_REDIS: string | false =
  spawnSync("redis-server", ["--version"]).error === undefined ? false : "redis-server is not installed";

export interface TestRedis {
  readonly port: number;
  /** `redis://127.0.0.1:port` */
  readonly url: string;
}

/** Starts it; it ends with the test. `host`: where it listens beside loopback. */
export async function startRedis(t: { after(fn: () => void): void }, host?: string): Promise<TestRedis> {
  const port = await freePort();
  const child = spawn(
    "redis-server",
    [
      ...["--port", String(port), "--save", "", "--appendonly", "no", "--dir", temporaryDirectory(t)],
      ...["--bind", "127.0.0.1", ...(host === undefined ? [] : [host]), "--protected-mode", "no"],
    ],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  for await (const text of child.stdout) {
    said += String(text);
    if (said.includes("Ready to accept connections")) break;
  }
  child.stdout.resume();
  return { port, url: `redis://127.0.0.1:${port}` };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
