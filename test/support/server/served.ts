/** `simulate serve` as a process, and browsers' pages in miniature that speak its protocol. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { WebSocket } from "ws";
import { onlySummary, start, temporaryDirectory, type Ended } from "../cli/simulate.js";
import type { Summary } from "../../../dist/results/index.js";

export interface Served {
  /** Such as `http://127.0.0.1:41234`. */
  readonly origin: string;
  /** The directory of the results. */
  readonly results: string;
  /** Its end, whatever the reason. */
  readonly ended: Promise<Ended>;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<Ended & { readonly summary: Summary }>;
}

/** Starts `simulate serve` on a free port. It is ended with the test. */
export async function serve(t: TestContext, ...args: string[]): Promise<Served> {
  const results = temporaryDirectory(t);
  const { child, ended } = start([
    "serve",
    "--port",
    "0",
    "--results",
    results,
    ...(args.includes("--drain") ? [] : ["--drain", "2s"]),
    ...args,
  ]);
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  const origin = await new Promise<string>((resolve, reject) => {
    const onText = (text: Buffer): void => {
      said += text.toString();
      const [, url] = / on (http:\/\/\S+)\//.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on("data", onText);
    child.stderr?.on("data", onText);
    void ended.then(({ stderr, stdout }) => reject(new Error(`simulate serve ended: ${stderr}${stdout}`)));
  });
  return {
    origin,
    results,
    ended,
    async stop() {
      child.kill("SIGINT");
      const end = await ended;
      return { ...end, summary: onlySummary(results) };
    },
  };
}

export type Data = Readonly<Record<string, unknown>>;

export interface AgentDetails {
  readonly agent_id: string | null;
  readonly worker_id: string | null;
  readonly failure_reason: string | null;
  readonly init_task_data: { readonly past_live_updates?: readonly Data[]; readonly task_data?: Data } | null;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Data;
}

export async function post(origin: string, path: string, body: unknown, headers: Data = {}): Promise<HttpAnswer> {
  const response = await fetch(origin + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...(headers as Record<string, string>) },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Data };
}

/** A page: one worker, one registration, at most one socket. */
export class Page {
  agentId = "";
  details: AgentDetails | undefined;
  readonly packets: Data[] = [];
  socket: WebSocket | undefined;
  #onPacket: (() => void)[] = [];

  constructor(
    readonly origin: string,
    readonly name: string,
    readonly registration = name,
  ) {}

  async register(): Promise<AgentDetails> {
    const { status, body } = await post(this.origin, "/request_agent", {
      provider_data: { worker_name: this.name, agent_registration_id: this.registration, provider_type: "mock" },
    });
    assert.equal(status, 200, JSON.stringify(body));
    return this.#take(body);
  }

  async submitOnboarding(answer: string): Promise<AgentDetails> {
    const provider_data = { USED_AGENT_ID: this.agentId, onboarding_data: { answer } };
    const { status, body } = await post(this.origin, "/submit_onboarding", { provider_data });
    assert.equal(status, 200, JSON.stringify(body));
    return this.#take(body);
  }

  submit(final_data: unknown): Promise<HttpAnswer> {
    return post(this.origin, "/submit_task", { USED_AGENT_ID: this.agentId, final_data });
  }

  async connect(): Promise<void> {
    const socket = new WebSocket(this.origin.replace("http", "ws"));
    this.socket = socket;
    socket.on("message", (text: Buffer) => {
      this.packets.push(JSON.parse(text.toString()) as Data);
      for (const resolve of this.#onPacket.splice(0)) resolve();
    });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    this.send("alive", {});
  }

  send(packet_type: string, data?: unknown): void {
    this.socket?.send(
      JSON.stringify({ packet_type, subject_id: this.agentId, data, client_timestamp: Date.now() / 1000 }),
    );
  }

  update(data: Data): void {
    this.send("mephisto_bound_live_update", data);
  }

  /** Waits until the page was told so. */
  async until(description: string, found: (packet: Data) => boolean): Promise<Data> {
    for (;;) {
      const packet = this.packets.find(found);
      if (packet !== undefined) return packet;
      await Promise.race([
        new Promise<void>((resolve) => this.#onPacket.push(resolve)),
        new Promise((_resolve, reject) => {
          setTimeout(
            () => reject(new Error(`${description} did not come; got ${JSON.stringify(this.packets)}`)),
            30_000,
          ).unref();
        }),
      ]);
    }
  }

  untilStatus(status: string): Promise<Data> {
    return this.until(`the status ${status}`, ({ packet_type, data }) => {
      return packet_type === "update_status" && (data as Data)["status"] === status;
    });
  }

  /** The live updates that the page was sent. */
  get updates(): readonly Data[] {
    return this.packets
      .filter(({ packet_type }) => packet_type === "client_bound_live_update")
      .map(({ data }) => data as Data);
  }

  /** The statuses that the page was told, one after another. */
  get statuses(): readonly unknown[] {
    return this.packets
      .filter(({ packet_type, subject_id }) => packet_type === "update_status" && subject_id === this.agentId)
      .map(({ data }) => (data as Data)["status"])
      .filter((status, place, all) => status !== all[place - 1]);
  }

  #take({ data }: Data): AgentDetails {
    const details = data as AgentDetails;
    this.details = details;
    this.agentId = details.agent_id ?? "";
    return details;
  }
}
