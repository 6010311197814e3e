/**
 * The HTTP endpoints of a gateway: a request in, an answer out; what has to wait for the platform waits for the
 * gateway.
 */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { assert } from "../../../vocabulary/index.js";
import type { Json } from "../../sync/index.js";
import {
  ANSWERS,
  ENDPOINTS,
  isJsonObject,
  parseLogError,
  parseRequestAgent,
  parseSubmitMetadata,
  parseSubmitMetadataForm,
  parseSubmitOnboarding,
  parseSubmitTask,
  parseSubmitTaskForm,
  type FormFields,
  type JsonObject,
  type LogErrorBody,
  type Parsed,
  type RequestAgentBody,
  type SubmitMetadataBody,
  type SubmitOnboardingBody,
  type SubmitTaskBody,
} from "../protocol/index.js";
import type { GatewayOptions } from "./gateway-options.js";
import { sendFile } from "./static-files.js";
import { Uploads, UploadError, withFiles, type StoredFile } from "./uploads.js";
import { WRAP_CROWD_SOURCE } from "./wrap-crowd-source.js";

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  /** The request was refused before anything of it was carried out. */
  readonly notStarted?: true;
}

/** Who waits for an answer: emits `close` once it has the answer, or is gone. */
export type Peer = Pick<ServerResponse, "once">;

/** What the endpoints ask of the gateway. Each promise is settled within the limit of time. */
export interface EndpointActions {
  requestAgent(body: RequestAgentBody, peer: Peer): Promise<Answer>;
  submitOnboarding(body: SubmitOnboardingBody, peer: Peer): Promise<Answer>;
  submitTask(body: SubmitTaskBody, peer: Peer): Promise<Answer>;
  submitMetadata(body: SubmitMetadataBody): Answer;
  logError(body: LogErrorBody): Answer;
}

/** A request that is refused as it is read. */
class RequestError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export function answerOf(status: number, body: Json): Answer {
  return { status, body: JSON.stringify(body) };
}

export function errorAnswer(status: number, error: string): Answer {
  return answerOf(status, { error });
}

export class Endpoints {
  readonly #options: GatewayOptions;
  readonly #actions: EndpointActions;
  readonly #uploads: Uploads;

  constructor(options: GatewayOptions, actions: EndpointActions) {
    this.#options = options;
    this.#actions = actions;
    this.#uploads = new Uploads(options.filesDirectory, options.limits);
  }

  /** Answers a request. Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "/").replace(/[?#].*/s, "");
    try {
      if (request.method === "POST") send(response, await this.#post(path, request, response));
      else if (request.method === "GET" || request.method === "HEAD") await this.#get(path, request, response);
      else send(response, errorAnswer(405, "expected GET or POST"));
    } catch (error) {
      if (error instanceof RequestError || error instanceof UploadError) {
        this.#options.observer.count("peer_input_refused");
        // What is left of a body is not read: the connection cannot be used again.
        response.shouldKeepAlive = false;
        send(response, errorAnswer(error.status, error.message));
      } else send(response, errorAnswer(500, "the request could not be handled"));
    }
  }

  async #post(path: string, request: IncomingMessage, peer: Peer): Promise<Answer> {
    switch (path) {
      case ENDPOINTS.requestAgent:
        return this.#actions.requestAgent(await this.#json(request, parseRequestAgent), peer);
      case ENDPOINTS.submitOnboarding:
        return this.#actions.submitOnboarding(await this.#json(request, parseSubmitOnboarding), peer);
      case ENDPOINTS.submitTask:
        return this.#form(request, parseSubmitTask, parseSubmitTaskForm, (body, files) =>
          this.#actions.submitTask({ ...body, final_data: addFiles(body.final_data, files) }, peer),
        );
      case ENDPOINTS.submitMetadata:
        return this.#form(request, parseSubmitMetadata, parseSubmitMetadataForm, (body, files) =>
          this.#actions.submitMetadata({ ...body, metadata: addFiles(body.metadata, files) }),
        );
      case ENDPOINTS.logError:
        return this.#actions.logError(await this.#json(request, parseLogError));
      default:
        throw new RequestError(`there is no ${path}`, 404);
    }
  }

  async #get(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isHead = request.method === "HEAD";
    switch (path) {
      case ENDPOINTS.isAlive: {
        send(response, answerOf(200, ANSWERS.isAlive));
        return;
      }
      case ENDPOINTS.timestamp: {
        send(response, answerOf(200, { timestamp: Math.floor(this.#options.wallClock()) }));
        return;
      }
      case ENDPOINTS.taskConfig: {
        send(response, answerOf(200, this.#options.taskConfig));
        return;
      }
    }
    const file = ["/", "/task_index", "/welcome"].includes(path) ? "/index.html" : path;
    if (await sendFile(this.#options.pages, file, response, isHead)) return;
    if (file === "/wrap_crowd_source.js") {
      response.writeHead(200, { "content-type": "text/javascript; charset=utf-8" }).end(WRAP_CROWD_SOURCE);
      return;
    }
    send(response, errorAnswer(404, `there is no ${path}`));
  }

  async #json<Body>(request: IncomingMessage, parse: (text: string) => Parsed<Body>): Promise<Body> {
    const read = parse(await readBody(request, this.#options.limits.bodyBytes));
    if (!read.ok) throw new RequestError(read.reason, 400);
    return read.value;
  }

  /** A body that is JSON, or multipart with files. The files are kept unless the request is refused. */
  async #form<Body>(
    request: IncomingMessage,
    parse: (text: string) => Parsed<Body>,
    parseForm: (fields: FormFields) => Parsed<Body>,
    act: (body: Body, files: readonly StoredFile[]) => Answer | Promise<Answer>,
  ): Promise<Answer> {
    if (!/^multipart\/form-data\b/i.test(request.headers["content-type"] ?? ""))
      return act(await this.#json(request, parse), []);
    const { fields, files, discard } = await this.#uploads.read(request);
    const read = parseForm(fields);
    const answer = read.ok ? await act(read.value, files) : undefined;
    // Where the platform was asked and has not answered, the submit may still be carried out.
    if (answer === undefined || answer.notStarted === true || (answer.status >= 400 && answer.status < 499))
      await discard();
    if (!read.ok) throw new RequestError(read.reason, 400);
    assert(answer !== undefined, "a body that was read is answered");
    return answer;
  }
}

function addFiles(data: Json, files: readonly StoredFile[]): Json {
  if (files.length === 0) return data;
  const object: JsonObject = isJsonObject(data) ? data : { data };
  return withFiles(object, files);
}

async function readBody(request: IncomingMessage, limit: number): Promise<string> {
  const tooLarge = new RequestError(`a body of more than ${limit} bytes`, 413);
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  const ended = once(request, "end");
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= limit) chunks.push(chunk);
    // Once: the rest of the body is ignored, and no one listens for a second error.
    else if (bytes - chunk.length <= limit) request.emit("error", tooLarge);
  });
  // `once` rejects with the error of the request, such as that its connection was closed.
  await ended;
  return Buffer.concat(chunks).toString("utf8");
}

/** Answers, unless the peer has gone. */
function send(response: ServerResponse, { status, body }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response
    .writeHead(status, {
      "content-type": "application/json; charset=utf-8",
      "content-length": Buffer.byteLength(body),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    })
    .end(body);
}
