/** Describes values that the user's code threw, returned or exported. No function here throws for any value. */
import { types } from "node:util";

/** The maximum length of a text in a message. */
const MAX_QUOTED = 60;

/** The result of `read`; undefined when it throws, as a getter or a Proxy can. */
function safely(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** The property `key` of a thrown value; undefined unless it is non-empty text. */
export function textOf(thrown: unknown, key: "name" | "message" | "code" | "stack"): string | undefined {
  if ((typeof thrown !== "object" && typeof thrown !== "function") || thrown === null) return undefined;
  const text = safely(() => (thrown as Partial<Record<typeof key, unknown>>)[key]);
  return typeof text === "string" && text !== "" ? text : undefined;
}

/** The message of a thrown value, on one line. */
export function messageOf(thrown: unknown): string {
  const message = typeof thrown === "string" ? thrown : (textOf(thrown, "message") ?? textOf(thrown, "name"));
  return (message ?? `${kindOf(thrown)} was thrown`).trim().replaceAll(/\s*[\r\n]\s*/g, " ");
}

/** As {@link messageOf}, with the name of the error before it. */
export function errorOf(thrown: unknown): string {
  const [name, message] = [textOf(thrown, "name"), textOf(thrown, "message")];
  return name === undefined || message === undefined ? messageOf(thrown) : `${name}: ${messageOf(thrown)}`;
}

/** A short description of a value: `a promise`, `null`, `1n`, `"an update is lost"`. */
export function kindOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > MAX_QUOTED ? `${value.slice(0, MAX_QUOTED)}…` : value);
    case "bigint":
      return `${value}n`;
    case "symbol":
    case "function":
      return `a ${typeof value}`;
    case "object":
      return value === null ? "null" : kindOfObject(value);
    default:
      return String(value);
  }
}

function kindOfObject(value: object): string {
  if (types.isProxy(value)) return "a Proxy";
  if (types.isPromise(value)) return "a promise";
  if (types.isGeneratorObject(value)) return "a generator";
  if (Array.isArray(value)) return "a list";
  if (isPlainObject(value)) return "an object";
  const name = safely(() => (Object.getPrototypeOf(value) as { constructor: { name: unknown } }).constructor.name);
  return typeof name === "string" && /^[\w$]+$/.test(name) ? `an object of the class ${name}` : "an object of a class";
}

/** Whether `value` is a plain object, not an instance of a class. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
