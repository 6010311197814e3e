/**
 * Multipart bodies: the fields of a submit, and its files, which are stored beside the run as they come. Names that
 * peers chose are changed to safe ones. A body that is refused leaves no file behind.
 */
import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import { createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { FormFields, JsonObject } from "../protocol/index.js";
import type { GatewayLimits } from "./gateway-options.js";

/** A stored file, with the names of Mephisto's fields. */
export type StoredFile = {
  readonly fieldname: string;
  /** The name that the peer gave it. */
  readonly originalname: string;
  readonly encoding: string;
  readonly mimetype: string;
  readonly destination: string;
  /** Its name in the folder. */
  readonly filename: string;
  readonly path: string;
  readonly size: number;
};

export interface Upload {
  readonly fields: FormFields;
  readonly files: readonly StoredFile[];
  /** Removes the files: what they came with was refused. */
  readonly discard: () => Promise<void>;
}

/** A body is refused. `status` is the HTTP status. */
export class UploadError extends Error {
  constructor(
    message: string,
    readonly status: 400 | 413 | 507,
  ) {
    super(message);
  }
}

/** The most characters of a name that are kept. */
const NAME_CHARACTERS = 80;
/** The most fields of a body that are not files, and the most bytes of the name of one. */
const FIELDS = 50;
const FIELD_NAME_BYTES = 200;

/** Stores the files of a run's submits, within the limits of the run. */
export class Uploads {
  #storedBytes = 0;
  #stored = 0;

  constructor(
    private readonly folder: string,
    private readonly limits: GatewayLimits,
  ) {}

  /** Reads a multipart body. Rejects with an {@link UploadError} for one that is malformed or too large. */
  async read(request: IncomingMessage): Promise<Upload> {
    const upload = new UploadInProgress(
      this.limits,
      (bytes) => this.#reserve(bytes),
      () => this.#nextName(),
    );
    const discard = async (): Promise<void> => {
      await upload.discard();
      this.#storedBytes -= upload.bytes;
    };
    try {
      return { ...(await upload.read(request, this.folder)), discard };
    } catch (error) {
      await discard();
      throw error;
    }
  }

  #reserve(bytes: number): boolean {
    this.#storedBytes += bytes;
    return this.#storedBytes <= this.limits.storedBytes;
  }

  #nextName(): string {
    return String(++this.#stored).padStart(6, "0");
  }
}

class UploadInProgress {
  bytes = 0;
  readonly #fields: Record<string, string> = {};
  readonly #files: StoredFile[] = [];
  readonly #paths: string[] = [];
  readonly #streams: BusboyFileStream[] = [];
  readonly #writes: Promise<void>[] = [];

  constructor(
    private readonly limits: GatewayLimits,
    private readonly reserve: (bytes: number) => boolean,
    private readonly nextName: () => string,
  ) {}

  async read(request: IncomingMessage, folder: string): Promise<Omit<Upload, "discard">> {
    const contentType = request.headers["content-type"] ?? "";
    await mkdir(folder, { recursive: true });
    const parser = this.#parserFor(request, contentType);
    await new Promise<void>((resolve, reject) => {
      const fail = (error: unknown): void => {
        request.unpipe(parser);
        reject(error instanceof Error ? error : new UploadError("the body is malformed", 400));
      };
      const tooMany = (what: string) => () => fail(new UploadError(`more than ${what}`, 413));
      parser.on("field", (name, value, nameCut, valueCut) => {
        if (nameCut || valueCut)
          fail(new UploadError(`the field ${JSON.stringify(name.slice(0, 40))} is too large`, 413));
        else Object.defineProperty(this.#fields, name, { value, enumerable: true, configurable: true, writable: true });
      });
      parser.on("file", (field, stream, name, encoding, type) => {
        const stored = this.#store(folder, { field, stream, name, encoding, type });
        this.#writes.push(stored);
        stored.catch(fail);
      });
      parser.on("partsLimit", tooMany(`${this.limits.files + FIELDS} parts`));
      parser.on("filesLimit", tooMany(`${this.limits.files} files`));
      parser.on("fieldsLimit", tooMany(`${FIELDS} fields`));
      parser.on("error", () => fail(new UploadError("the multipart body is malformed", 400)));
      parser.on("finish", resolve);
      request.on("close", () => {
        if (!request.complete) fail(new UploadError("the connection was closed", 400));
      });
      request.pipe(parser);
    });
    await Promise.all(this.#writes);
    return { fields: this.#fields, files: this.#files };
  }

  /** Removes what was stored. */
  async discard(): Promise<void> {
    // One that breaks off would never end.
    for (const stream of this.#streams) stream.destroy();
    await Promise.allSettled(this.#writes);
    for (const path of this.#paths) await rm(path, { force: true });
  }

  #parserFor(request: IncomingMessage, contentType: string): BusboyInstance {
    try {
      return new Busboy({
        headers: { ...request.headers, "content-type": contentType },
        limits: {
          fieldNameSize: FIELD_NAME_BYTES,
          fieldSize: this.limits.bodyBytes,
          fields: FIELDS,
          fileSize: this.limits.fileBytes,
          files: this.limits.files,
          parts: this.limits.files + FIELDS,
          headerPairs: 20,
          headerSize: 4096,
        },
      });
    } catch {
      throw new UploadError("the multipart body has no boundary", 400);
    }
  }

  async #store(
    folder: string,
    {
      field,
      stream,
      name,
      encoding,
      type,
    }: {
      readonly field: string;
      readonly stream: BusboyFileStream;
      readonly name: string | undefined;
      readonly encoding: string;
      readonly type: string;
    },
  ): Promise<void> {
    const filename = `${this.nextName()}-${safeName(field)}-${safeName(name ?? "file")}`;
    const path = join(folder, filename);
    this.#paths.push(path);
    this.#streams.push(stream);
    let size = 0;
    stream.on("data", (chunk: Buffer) => {
      size += chunk.length;
      this.bytes += chunk.length;
      if (!this.reserve(chunk.length))
        stream.destroy(new UploadError("the run's files take all the room that they may", 507));
      else if (this.bytes > this.limits.uploadBytes)
        stream.destroy(new UploadError(`more than ${this.limits.uploadBytes} bytes of files`, 413));
    });
    await pipeline(stream, createWriteStream(path, { flags: "wx", mode: 0o600 }));
    if (stream.truncated) throw new UploadError(`a file of more than ${this.limits.fileBytes} bytes`, 413);
    this.#files.push({
      fieldname: field,
      originalname: name ?? "",
      encoding,
      mimetype: type,
      destination: folder,
      filename,
      path,
      size,
    });
  }
}

/** `data` with the files, as Mephisto's router adds them. */
export function withFiles(data: JsonObject, files: readonly StoredFile[]): JsonObject {
  if (files.length === 0) return data;
  const filesByFields = new Map<string, Omit<StoredFile, "fieldname">[]>();
  for (const { fieldname, ...file } of files)
    filesByFields.set(fieldname, [...(filesByFields.get(fieldname) ?? []), file]);
  return { ...data, files, filesByFields: Object.fromEntries(filesByFields) };
}

/** A name without anything that a file system, a shell or a page could take for something else. */
function safeName(name: string): string {
  const plain = name.replaceAll(/[^\w.-]+/g, "_").replace(/^[.-]+/, "");
  return plain === "" ? "file" : plain.slice(-NAME_CHARACTERS);
}
