/**
 * HTTP requests to the target: connections are kept, each request has a time limit, and an answer is JSON with the
 * status 200.
 */
import { Pool, type Dispatcher } from "undici";
import { headersOf, type NetworkTarget } from "./network-target.js";
import { lookupOf } from "./target-address.js";
import { excerptOf, isConnectError, TargetError, whyFailed } from "./target-error.js";

/** The most bytes of an answer. */
const MAX_ANSWER_BYTES = 4 << 20;
/** How long a connection is kept without a request, ms. */
const KEEP_ALIVE_MS = 4000;

export class HttpClient {
  readonly #pool: Pool;
  readonly #prefix: string;
  readonly #timeoutMs: number;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(target: Pick<NetworkTarget, "address" | "timeoutMs" | "token">) {
    const { address, timeoutMs } = target;
    const { origin, pathname } = new URL(address.url);
    this.#headers = headersOf(target);
    this.#prefix = pathname === "/" ? "" : pathname;
    this.#timeoutMs = timeoutMs;
    this.#pool = new Pool(origin, {
      // As many connections as there are requests at once: workers do not wait for each other.
      connections: null,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxResponseSize: MAX_ANSWER_BYTES,
      connect: { timeout: timeoutMs, lookup: lookupOf(address) },
    });
  }

  /** @throws {TargetError} @throws {OutOfFilesError} */
  post(path: string, body: string): Promise<string> {
    return this.#request("POST", path, body);
  }

  /** @throws {TargetError} @throws {OutOfFilesError} */
  get(path: string): Promise<string> {
    return this.#request("GET", path);
  }

  /** Ends all connections, whatever they are doing. */
  destroy(): Promise<void> {
    return this.#pool.destroy();
  }

  async #request(method: "GET" | "POST", path: string, body?: string): Promise<string> {
    const what = `${method} ${this.#prefix}${path}`;
    let answer: Dispatcher.ResponseData;
    let text: string;
    try {
      answer = await this.#pool.request({
        method,
        path: this.#prefix + path,
        headers: { ...this.#headers, ...(body !== undefined && { "content-type": "application/json" }) },
        ...(body !== undefined && { body }),
      });
      text = await answer.body.text();
    } catch (error) {
      const isUnsent = isConnectError(error);
      throw new TargetError(whyFailed(what, error, this.#timeoutMs), { cause: error, isUnsent });
    }
    const { statusCode, headers } = answer;
    if (statusCode >= 300 && statusCode < 400)
      throw new TargetError(`${what}: expected JSON, got a redirect to ${String(headers["location"] ?? "nowhere")}`);
    const type = String(headers["content-type"] ?? "");
    if (statusCode !== 200 || !/\bjson\b/.test(type))
      throw new TargetError(
        `${what}: expected 200 with JSON, got ${statusCode} with ${type === "" ? "no type" : type}: ${excerptOf(text)}`,
      );
    return text;
  }
}
