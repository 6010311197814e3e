/** Servers that listen on a port. */
import { once } from "node:events";
import type { Server } from "node:net";
import { assert } from "./assert.js";

/** Listens; on port 0 at any free port. Resolves to the port. Rejects with the error of the system. */
export async function listenOn(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  assert(typeof address === "object" && address !== null, "a server that listens on a port has an address");
  return address.port;
}
