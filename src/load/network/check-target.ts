/** Whether a target is a router of the protocol: asked before a run, so that what is wrong is said in one line. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { ANSWERS, ENDPOINTS, parseStatusAnswer } from "../../platform/server/protocol/index.js";
import { HttpClient } from "./http-client.js";
import { socketOptionsOf, socketUrlOf, type NetworkTarget } from "./network-target.js";
import { excerptOf, TargetError, whyFailed } from "./target-error.js";

/**
 * Asks `target` whether it is alive and, if `opensSockets`, opens and closes a WebSocket, on which nothing is said.
 * @throws {TargetError} with what was expected and what came
 */
export async function checkTarget(target: NetworkTarget, opensSockets: boolean): Promise<void> {
  const { url } = target.address;
  const http = new HttpClient(target);
  try {
    const text = await http.get(ENDPOINTS.isAlive);
    const read = parseStatusAnswer(text);
    if (!read.ok || read.value !== ANSWERS.isAlive.status)
      throw new TargetError(
        `GET ${ENDPOINTS.isAlive}: expected ${JSON.stringify(ANSWERS.isAlive)} of a router, got ${excerptOf(text)}`,
      );
    if (opensSockets) await tryWebSocket(target);
  } catch (error) {
    if (error instanceof TargetError) throw new TargetError(`${url}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    await http.destroy();
  }
}

async function tryWebSocket(target: NetworkTarget): Promise<void> {
  const ws = new WebSocket(socketUrlOf(target.address), socketOptionsOf(target));
  // Also those after the first, which `once` rejects with.
  ws.on("error", () => undefined);
  try {
    await once(ws, "open");
    ws.close();
  } catch (error) {
    ws.terminate();
    throw new TargetError(whyFailed("WebSocket", error, target.timeoutMs), { cause: error });
  }
}
