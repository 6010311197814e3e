/**
 * The HTTP endpoints: paths, bodies and answers. Names of fields are Mephisto's, hence the snake case. Inside, times
 * are ms since the epoch and ids are text.
 */
import { z } from "zod";
import type { Json } from "../../sync/index.js";
import { BACKEND_SUBJECT } from "./limits.js";
import { parsePacket, type WirePacket } from "./packets.js";
import { ID_EXPECTED, isId, isJsonObject, malformed, parseAs, parsed, parseJson, check } from "./parsed.js";
import type { JsonObject, Parsed } from "./parsed.js";
import { isWireTime, msOf, secondsOf } from "./times.js";

export const ENDPOINTS = {
  requestAgent: "/request_agent",
  submitOnboarding: "/submit_onboarding",
  submitTask: "/submit_task",
  submitMetadata: "/submit_metadata",
  logError: "/log_error",
  isAlive: "/is_alive",
  timestamp: "/get_timestamp",
  taskConfig: "/task_config.json",
} as const;

/** The answers of endpoints that do not answer with a packet. */
export const ANSWERS = {
  submitTask: { status: "Submitted!" },
  submitMetadata: { status: "Submitted metadata" },
  logError: { status: "Error log sent!" },
  isAlive: { status: "Alive!" },
} as const;

/** The fields of a multipart body that are not files, each with its first value. */
export type FormFields = Readonly<Record<string, string>>;

interface Timed {
  /** When the client sent it. */
  readonly client_timestamp?: number;
}

/** What a crowd provider's page says about its worker. Further fields are the provider's own. */
export type ProviderData = JsonObject & {
  readonly worker_name: string;
  /** A client that comes back names the same one. */
  readonly agent_registration_id: string;
};

export interface RequestAgentBody extends Timed {
  readonly provider_data: ProviderData;
}

export interface SubmitOnboardingBody extends Timed {
  readonly agent_id: string;
  /** `onboarding_data`, and further fields of the client. */
  readonly provider_data: JsonObject & { readonly onboarding_data: Json };
}

export interface SubmitTaskBody extends Timed {
  readonly agent_id: string;
  readonly final_data: Json;
}

export interface SubmitMetadataBody extends Timed {
  readonly agent_id: string;
  readonly metadata: Json;
}

export interface LogErrorBody extends Timed {
  /** The agent concerned, or {@link BACKEND_SUBJECT} for a page that has none. */
  readonly agent_id: string;
  readonly error_data: Json;
}

const id = z.custom<string | number>(isId, { error: ID_EXPECTED });
/** A form carries the time as text. */
const client_timestamp = z
  .custom<number | string>((value) => isWireTime(typeof value === "string" && value !== "" ? Number(value) : value), {
    error: "expected seconds since the epoch",
  })
  .nullish();
const object = z.custom<JsonObject>(isJsonObject, { error: "expected an object" });
const json = z.custom<Json>((value) => value !== undefined, { error: "expected JSON" });
const idField = (name: string) => (value: JsonObject) => isId(value[name]);
const needs = (name: string) => ({ error: ID_EXPECTED, path: [name] });

const requestAgent = z.object({
  provider_data: object
    .refine(idField("worker_name"), needs("worker_name"))
    .refine(idField("agent_registration_id"), needs("agent_registration_id")),
  client_timestamp,
});
const submitOnboarding = z.object({
  provider_data: object.refine(idField("USED_AGENT_ID"), needs("USED_AGENT_ID")),
  client_timestamp,
});
const submitTask = z.object({ USED_AGENT_ID: id, final_data: json, client_timestamp });
const submitMetadata = z.object({ USED_AGENT_ID: id, metadata: json, client_timestamp });
const logError = z.object({ USED_AGENT_ID: id.nullish(), error_data: json, client_timestamp });

export function parseRequestAgent(text: string): Parsed<RequestAgentBody> {
  const read = parseAs(text, requestAgent);
  if (!read.ok) return read;
  const { provider_data, client_timestamp: sentAt } = read.value;
  const worker_name = textOf(provider_data["worker_name"]);
  const agent_registration_id = textOf(provider_data["agent_registration_id"]);
  return parsed({ provider_data: { ...provider_data, worker_name, agent_registration_id }, ...timeOf(sentAt) });
}

export function parseSubmitOnboarding(text: string): Parsed<SubmitOnboardingBody> {
  const read = parseAs(text, submitOnboarding);
  if (!read.ok) return read;
  const { provider_data, client_timestamp: sentAt } = read.value;
  const { USED_AGENT_ID, onboarding_data, ...rest } = provider_data;
  const data = { ...rest, onboarding_data: onboarding_data ?? {} };
  return parsed({ agent_id: textOf(USED_AGENT_ID), provider_data: data, ...timeOf(sentAt) });
}

export function parseSubmitTask(text: string): Parsed<SubmitTaskBody> {
  const read = parseAs(text, submitTask);
  return read.ok ? parsed(submitTaskOf(read.value)) : read;
}

/**
 * As {@link parseSubmitTask}, for a multipart body: the data is JSON in `final_string_data`, or text in `final_data`.
 */
export function parseSubmitTaskForm(fields: FormFields): Parsed<SubmitTaskBody> {
  const { final_string_data, ...others } = fields;
  if (final_string_data === undefined) return checkForm(others, submitTask, submitTaskOf);
  const data = parseJson(final_string_data);
  if (!data.ok) return malformed(`final_string_data: ${data.reason}`);
  return checkForm({ ...others, final_data: data.value }, submitTask, submitTaskOf);
}

export function parseSubmitMetadata(text: string): Parsed<SubmitMetadataBody> {
  const read = parseAs(text, submitMetadata);
  return read.ok ? metadataOf(read.value) : read;
}

/** As {@link parseSubmitMetadata}, for a multipart body. */
export function parseSubmitMetadataForm(fields: FormFields): Parsed<SubmitMetadataBody> {
  const read = check({ ...fields }, submitMetadata);
  return read.ok ? metadataOf(read.value) : read;
}

export function parseLogError(text: string): Parsed<LogErrorBody> {
  const read = parseAs(text, logError);
  if (!read.ok) return read;
  const { USED_AGENT_ID, error_data, client_timestamp: sentAt } = read.value;
  return parsed({ agent_id: textOf(USED_AGENT_ID ?? BACKEND_SUBJECT), error_data, ...timeOf(sentAt) });
}

export function formatRequestAgent({ provider_data, client_timestamp: sentAt }: RequestAgentBody): string {
  return JSON.stringify({ provider_data, client_timestamp: wireTimeOf(sentAt) });
}

export function formatSubmitOnboarding(body: SubmitOnboardingBody): string {
  const provider_data = { ...body.provider_data, USED_AGENT_ID: body.agent_id };
  return JSON.stringify({ provider_data, client_timestamp: wireTimeOf(body.client_timestamp) });
}

export function formatSubmitTask({ agent_id, final_data, client_timestamp: sentAt }: SubmitTaskBody): string {
  return JSON.stringify({ USED_AGENT_ID: agent_id, final_data, client_timestamp: wireTimeOf(sentAt) });
}

export function formatSubmitMetadata({
  agent_id,
  metadata: data,
  client_timestamp: sentAt,
}: SubmitMetadataBody): string {
  // Text is read as JSON.
  const metadata = typeof data === "string" ? JSON.stringify(data) : data;
  return JSON.stringify({ USED_AGENT_ID: agent_id, metadata, client_timestamp: wireTimeOf(sentAt) });
}

export function formatLogError({ agent_id, error_data, client_timestamp: sentAt }: LogErrorBody): string {
  return JSON.stringify({ USED_AGENT_ID: agent_id, error_data, client_timestamp: wireTimeOf(sentAt) });
}

/** Reads the answer to a registration or to the submit of an onboarding: a whole packet. */
export function parseAgentDetailsAnswer(text: string): Parsed<WirePacket<"agent_details">> {
  const read = parsePacket(text);
  if (!read.ok) return malformed(read.reason);
  const { value } = read;
  if (value.packet_type === "agent_details") return parsed(value);
  return malformed(`expected a packet of type agent_details, got ${value.packet_type}`);
}

/** Reads the answer to a submit of a task, its metadata or an error: its status. */
export function parseStatusAnswer(text: string): Parsed<string> {
  const read = parseAs(text, z.object({ status: z.string() }));
  return read.ok ? parsed(read.value.status) : read;
}

/** Reads `task_config.json`. */
export function parseTaskConfig(text: string): Parsed<JsonObject> {
  return parseAs(text, object);
}

function submitTaskOf(read: z.output<typeof submitTask>): SubmitTaskBody {
  return { agent_id: textOf(read.USED_AGENT_ID), final_data: read.final_data, ...timeOf(read.client_timestamp) };
}

/** Metadata that is text is JSON, as the Node router has it: a form can carry nothing else. */
function metadataOf(read: z.output<typeof submitMetadata>): Parsed<SubmitMetadataBody> {
  const agent_id = textOf(read.USED_AGENT_ID);
  if (typeof read.metadata !== "string")
    return parsed({ agent_id, metadata: read.metadata, ...timeOf(read.client_timestamp) });
  const metadata = parseJson(read.metadata);
  if (!metadata.ok) return malformed(`metadata: ${metadata.reason}`);
  return parsed({ agent_id, metadata: metadata.value, ...timeOf(read.client_timestamp) });
}

function checkForm<Read, Body>(
  fields: Readonly<Record<string, Json>>,
  schema: z.ZodType<Read>,
  bodyOf: (read: Read) => Body,
): Parsed<Body> {
  const read = check(fields, schema);
  return read.ok ? parsed(bodyOf(read.value)) : read;
}

/** An id that was checked, as text. */
function textOf(checked: Json | undefined): string {
  return `${checked as string | number}`;
}

function timeOf(seconds: number | string | null | undefined): Timed {
  return seconds === undefined || seconds === null ? {} : { client_timestamp: msOf(Number(seconds)) };
}

function wireTimeOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : secondsOf(ms);
}
