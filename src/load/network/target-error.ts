/** Why a target cannot be reached, or is no router of the protocol. */
import { messageOf, whySystemFailed } from "../../vocabulary/index.js";

/** The target does not do what the protocol says. The message is one line: what was expected, and what came. */
export class TargetError extends Error {
  override readonly name = "TargetError";
  /** Whether a request failed before any of it was sent: no connection was made. */
  readonly isUnsent: boolean;

  constructor(
    message: string,
    { cause, isUnsent = false }: { readonly cause?: unknown; readonly isUnsent?: boolean } = {},
  ) {
    super(message, { cause });
    this.isUnsent = isUnsent;
  }
}

/** The address of the target is not valid, or may not be used. */
export class TargetAddressError extends Error {
  override readonly name = "TargetAddressError";
}

/** The process cannot open another socket. No connection of the run can succeed any more. */
export class OutOfFilesError extends Error {
  override readonly name = "OutOfFilesError";

  constructor(what: string, code: string) {
    super(`${what}: too many open files (${code}); raise the limit (ulimit -n), or run fewer workers at once`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused: nothing listens there",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ETIMEDOUT: "the connection timed out",
  EADDRNOTAVAIL: "this machine has no free port for another connection",
  UND_ERR_SOCKET: "the connection was closed in the middle of the answer",
  UND_ERR_RES_EXCEEDED_MAX_SIZE: "the answer is too long",
  ERR_SSL_WRONG_VERSION_NUMBER: "expected TLS, got something else: is it http, not https?",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "expected TLS, got something else: is it http, not https?",
};
const CERTIFICATE = /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT_)/;

/**
 * Why a request or a handshake failed: one line. `timeoutMs` is how long it could take.
 * @throws OutOfFilesError when the process cannot open another socket
 */
export function whyFailed(what: string, error: unknown, timeoutMs: number): string {
  const { code = "", message } = causeOf(error);
  if (code === "EMFILE" || code === "ENFILE") throw new OutOfFilesError(what, code);
  if (/TIMEOUT/.test(code) && code.startsWith("UND_ERR_")) return `${what}: expected an answer within ${timeoutMs} ms`;
  if (CERTIFICATE.test(code))
    return `${what}: the certificate is not trusted: ${message}; NODE_EXTRA_CA_CERTS can name a file of certificates`;
  if (code.startsWith("HPE_") || isParserError(error)) return `${what}: expected HTTP, got something else (${message})`;
  return `${what}: ${REASONS[code] ?? whySystemFailed(error)}`;
}

/** Whether a request failed with `error` because it got no connection, so that nothing of it can have arrived. */
export function isConnectError(error: unknown): boolean {
  const { code = "" } = causeOf(error);
  return NO_CONNECTION.has(code);
}

const NO_CONNECTION: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Not every error of the parser has a code. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === "HTTPParserError";
}

/** An error may only wrap the one that says why. */
function causeOf(error: unknown): { readonly code?: string | undefined; readonly message: string } {
  for (let each: unknown = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
    const code = (each as NodeJS.ErrnoException).code;
    if (code !== undefined && code !== "UND_ERR") return { code, message: each.message };
  }
  return { message: messageOf(error) };
}

/** The start of a text of the target, for a message. */
export function excerptOf(body: string): string {
  const line = body.replaceAll(/\s+/g, " ").trim();
  return line === "" ? "nothing" : JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
}
