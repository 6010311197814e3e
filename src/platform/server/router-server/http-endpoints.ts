/** The HTTP endpoints of the router, for real browsers. Bodies are JSON; uploads of files are not taken. */
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  ANSWERS,
  ENDPOINTS,
  formatPacket,
  limits,
  parseLogError,
  parseRequestAgent,
  parseSubmitMetadata,
  parseSubmitOnboarding,
  parseSubmitTask,
  type Parsed,
  type WirePacket,
} from "../protocol/index.js";
import type { RouterCore } from "./router-core.js";
import { serveFile } from "./static-files.js";

export interface HttpEndpointsOptions {
  readonly core: RouterCore;
  readonly hasBackend: () => boolean;
  /** The time of the day, ms since the epoch. */
  readonly now: () => number;
  /** Where the page is, and `task_config.json`. Left out: there is no page. */
  readonly files?: string | undefined;
  readonly onMalformed: () => void;
}

type Answer = (status: number, body: object) => void;

export class HttpEndpoints {
  readonly #options: HttpEndpointsOptions;

  constructor(options: HttpEndpointsOptions) {
    this.#options = options;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? "/").replace(/[?#].*/s, "");
    const answer: Answer = (status, body) => {
      if (response.headersSent) return;
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (request.method === "GET" || request.method === "HEAD") this.#get(path, response, answer);
    else if (request.method === "POST") this.#post(path, request, response, answer);
    else answer(405, { error: "expected GET or POST" });
  }

  #get(path: string, response: ServerResponse, answer: Answer): void {
    const { files, now } = this.#options;
    if (path === ENDPOINTS.isAlive) answer(200, ANSWERS.isAlive);
    else if (path === ENDPOINTS.timestamp) answer(200, { timestamp: now() });
    else if (files !== undefined && serveFile(files, path, response)) return;
    else if (path === ENDPOINTS.taskConfig) answer(200, { mephisto_task_version: limits.TASK_VERSION });
    else answer(404, { error: `there is no ${path}` });
  }

  #post(path: string, request: IncomingMessage, response: ServerResponse, answer: Answer): void {
    const post = this.#posts[path];
    if (post === undefined) answer(404, { error: `there is no POST ${path}` });
    else if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) {
      answer(415, { error: "expected a body of type application/json" });
    } else {
      readBody(request, (body) => {
        if (body === undefined) {
          response.setHeader("connection", "close");
          answer(413, { error: `expected a body of at most ${limits.JSON_BODY_BYTES} bytes` });
        } else if (!this.#options.hasBackend()) answer(503, { error: "no backend is connected" });
        else post(body, response, answer);
      });
    }
  }

  readonly #posts: Readonly<Record<string, (body: string, response: ServerResponse, answer: Answer) => void>> = {
    [ENDPOINTS.requestAgent]: (body, response, answer) =>
      this.#use(answer, parseRequestAgent(body), (read) => {
        this.#untilAnswered(response, (done) => this.#options.core.requestAgent(read, done));
      }),
    [ENDPOINTS.submitOnboarding]: (body, response, answer) =>
      this.#use(answer, parseSubmitOnboarding(body), (read) => {
        this.#untilAnswered(response, (done) => this.#options.core.submitOnboarding(read, done));
      }),
    [ENDPOINTS.submitTask]: (body, _response, answer) =>
      this.#use(answer, parseSubmitTask(body), (read) => {
        this.#options.core.submitTask(read);
        answer(200, ANSWERS.submitTask);
      }),
    [ENDPOINTS.submitMetadata]: (body, _response, answer) =>
      this.#use(answer, parseSubmitMetadata(body), (read) => {
        this.#options.core.submitMetadata(read);
        answer(200, ANSWERS.submitMetadata);
      }),
    [ENDPOINTS.logError]: (body, _response, answer) =>
      this.#use(answer, parseLogError(body), (read) => {
        this.#options.core.logError(read);
        answer(200, ANSWERS.logError);
      }),
  };

  #use<T>(answer: Answer, read: Parsed<T>, action: (value: T) => void): void {
    if (read.ok) {
      action(read.value);
      return;
    }
    this.#options.onMalformed();
    answer(400, { error: read.reason });
  }

  /** Answers with the backend's packet, unless the client has gone by then. */
  #untilAnswered(
    response: ServerResponse,
    ask: (answered: (packet: WirePacket<"agent_details">) => void) => string,
  ): void {
    const requestId = ask((packet) => {
      if (!response.writableEnded && !response.destroyed)
        response.writeHead(200, { "content-type": "application/json" }).end(formatPacket(packet));
    });
    response.once("close", () => this.#options.core.cancel(requestId));
  }
}

/** Reads the body as text; gives undefined when it is too long. Nothing when the client goes before its end. */
function readBody(request: IncomingMessage, use: (body: string | undefined) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= limits.JSON_BODY_BYTES) chunks.push(chunk);
    else if (bytes - chunk.length <= limits.JSON_BODY_BYTES) use(undefined);
  });
  request.on("end", () => {
    if (bytes <= limits.JSON_BODY_BYTES) use(Buffer.concat(chunks).toString("utf8"));
  });
  request.on("error", () => undefined);
}
