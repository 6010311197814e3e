/**
 * The thread that writes the samples of a run to a file. It may block: the run does not wait for it. After an error,
 * such as a full disk, it takes no more; what it has written ends with a whole line.
 */
import { closeSync, constants, ftruncateSync, openSync, writeSync } from "node:fs";
import { on } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import { assert, textOf, whySystemFailed } from "../vocabulary/index.js";
import type { FromSampleFile, SampleFileSetup, ToSampleFile } from "./sample-file-messages.js";
import { SampleLines, type SampleText } from "./sample-lines.js";

/** Text is written in pieces of at least this, as each has a header where it is compressed. */
const PIECE_CHARACTERS = 1 << 18;
/** A pipe that nothing opens or reads for so long has no reader, ms; and how often it is tried. */
const STALL_MS = 5000;
const RETRY_MS = 10;

/** The file, with as much as could be written. */
class SampleWriter {
  /** How many samples are in the file. */
  written = 0;
  problem: string | undefined;
  readonly #setup: SampleFileSetup;
  #file: number | undefined;
  #bytes = 0;
  #text = "";
  #samples = 0;

  constructor(setup: SampleFileSetup) {
    this.#setup = setup;
  }

  async write({ text, samples }: SampleText): Promise<void> {
    this.#text += text;
    this.#samples += samples;
    if (this.#text.length >= PIECE_CHARACTERS) await this.flush();
  }

  async flush(): Promise<void> {
    const [text, samples] = [this.#text, this.#samples];
    [this.#text, this.#samples] = ["", 0];
    if (text !== "" && this.problem === undefined) await this.#append(text);
    if (this.problem === undefined) this.written += samples;
  }

  async close(): Promise<void> {
    await this.flush();
    const file = this.#file;
    if (file !== undefined) this.#attempt(() => closeSync(file));
  }

  async #append(text: string): Promise<void> {
    const file = (this.#file ??= await this.#open());
    if (file === undefined) return;
    const bytes = this.#setup.gzip ? gzipSync(text, { level: 1 }) : Buffer.from(text);
    let stalledMs = 0;
    for (let from = 0; from < bytes.length && this.problem === undefined; ) {
      const taken = this.#attempt(() => writeSync(file, bytes, from)) ?? 0;
      if (taken > 0) stalledMs = 0;
      else if (stalledMs >= STALL_MS) this.problem = `its reader took nothing for ${STALL_MS / 1000} s`;
      else {
        stalledMs += RETRY_MS;
        await sleep(RETRY_MS);
      }
      from += taken;
    }
    if (this.problem === undefined) this.#bytes += bytes.length;
    else this.#cutOff(file);
  }

  /** The file; undefined when it cannot be opened. A pipe without a reader must not block the thread for ever. */
  async #open(): Promise<number | undefined> {
    for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
      try {
        return openSync(this.#setup.path, OPEN_FLAGS);
      } catch (error) {
        if (textOf(error, "code") !== "ENXIO" || waitedMs >= STALL_MS) {
          this.problem ??= whySystemFailed(error);
          return undefined;
        }
        await sleep(RETRY_MS);
      }
    }
  }

  /** Removes a piece of which only a part was written. */
  #cutOff(file: number): void {
    try {
      ftruncateSync(file, this.#bytes);
    } catch {
      // A pipe or a device has no end to move.
    }
  }

  /** The result of `act`; undefined when it fails, or would have to wait. */
  #attempt<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      if (textOf(error, "code") !== "EAGAIN") this.problem ??= whySystemFailed(error);
      return undefined;
    }
  }
}

const OPEN_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NONBLOCK;

async function main(): Promise<void> {
  const port = parentPort;
  assert(port !== null, "the file is written by a thread of its own");
  const post = (message: FromSampleFile): void => port.postMessage(message);
  const setup = workerData as SampleFileSetup;
  const writer = new SampleWriter(setup);
  const lines = new SampleLines(setup.format, setup.startedAtMs, setup.spans);
  await writer.write({ text: lines.head, samples: 0 });
  for await (const [message] of on(port, "message") as AsyncIterable<[ToSampleFile]>) {
    if (message === "end") break;
    await writer.write(lines.add(message));
    post({ kind: "taken", samples: message.metrics.length, written: writer.written });
  }
  await writer.write(lines.rest());
  await writer.close();
  const { written, problem } = writer;
  post({ kind: "ended", written, problem });
  port.close();
}

await main();
