/** A port for a server that starts later, or again. */
import { createServer } from "node:net";
import { once } from "node:events";

/** Below the ports that the system gives to others: none of them comes to have it meanwhile. */
const [FIRST, COUNT] = [20_000, 10_000];

/** A port that nothing listens on now, and that no other process gets by chance. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    const server = createServer();
    server.listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}
