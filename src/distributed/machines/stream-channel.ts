/**
 * The channel between a coordinator and a machine: a stream of Redis in each direction.
 *
 * An entry is a part of a message. Parts have numbers, so that an entry that was written twice (ioredis repeats a
 * command whose answer was lost with the connection) is read once, and a missing one is noticed. Entries are removed
 * once they were read, and the streams expire some time after the last write. An end that has nothing to say
 * writes an empty entry, so that silence means that it is gone.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import { messageOf } from "../../vocabulary/index.js";
import { encodeMessage, MessageError, type MachineChannel } from "../../load/run/index.js";
import { localNow } from "../redis-clock.js";

/** An end from which nothing was heard for this time is gone, ms. */
export const SILENCE_MS = 10_000;
/** Between two signs of life, ms. */
const BEAT_MS = 2000;
/** The largest part of a message, bytes. */
const PART_BYTES = 1 << 18;
/** The most parts of a message: 256 MiB. */
const MAX_PARTS = 1024;
/** How long a read waits for an entry, ms. */
const BLOCK_MS = 1000;
/** From a failed read to the next one, ms. */
const RETRY_MS = 200;
/** Entries that a read takes at most. */
const ENTRIES = 64;
/** Streams without a new entry are removed after this time, s. */
const EXPIRE_S = 60;

export interface StreamChannelOptions<Outgoing, Incoming> {
  /** For commands that do not wait. */
  readonly client: Redis;
  /** The keys of the two streams. */
  readonly outgoing: string;
  readonly incoming: string;
  /** The message as plain data. */
  readonly pack: (message: Outgoing) => unknown;
  /** @throws {MessageError} when the bytes are not a message */
  readonly decode: (bytes: Uint8Array) => Incoming;
}

export class StreamChannel<Outgoing, Incoming> implements MachineChannel<Outgoing, Incoming> {
  readonly #options: StreamChannelOptions<Outgoing, Incoming>;
  /** Reads wait, and nothing else can use their connection meanwhile. */
  readonly #reader: Redis;
  readonly #closing = new AbortController();
  readonly #parts: Buffer[] = [];
  #written: Promise<unknown> = Promise.resolve();
  #lastWritten = 0;
  #lastRead = 0;
  #heardAt = localNow();
  #beat: NodeJS.Timeout | undefined;
  #lose: (why: string) => void = () => undefined;
  #reading: Promise<void> | undefined;

  constructor(options: StreamChannelOptions<Outgoing, Incoming>) {
    this.#options = options;
    this.#reader = options.client.duplicate({ lazyConnect: true });
    this.#reader.on("error", () => undefined);
  }

  send(message: Outgoing): void {
    const bytes = encodeMessage(this.#options.pack(message));
    const count = Math.max(1, Math.ceil(bytes.length / PART_BYTES));
    for (let nth = 0; nth < count; nth++)
      this.#write(bytes.subarray(nth * PART_BYTES, (nth + 1) * PART_BYTES), count - 1 - nth);
  }

  listen(onMessage: (message: Incoming) => void, onLost: (why: string) => void): void {
    let isLost = false;
    this.#lose = (why) => {
      if (isLost || this.#closing.signal.aborted) return;
      isLost = true;
      onLost(why);
    };
    this.#heardAt = localNow();
    this.#beat = setInterval(() => {
      this.#write(Buffer.alloc(0), 0);
      if (localNow() - this.#heardAt > SILENCE_MS) this.#lose(`nothing was heard from it for ${SILENCE_MS / 1000} s`);
    }, BEAT_MS);
    this.#reading = this.#read(onMessage);
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    this.#closing.abort();
    await this.#written;
    this.#reader.disconnect();
    await this.#reading;
  }

  /** `rest`: how many parts of the message follow. An empty part is a sign of life. */
  #write(part: Buffer, rest: number): void {
    const { client, outgoing } = this.#options;
    const number = ++this.#lastWritten;
    const writing = client
      .multi()
      .xadd(outgoing, "*", "n", number, "rest", rest, "data", part)
      .expire(outgoing, EXPIRE_S)
      .exec();
    // Commands of one connection are executed in their order.
    this.#written = Promise.all([
      this.#written,
      writing.catch((error: unknown) => this.#lose(`Redis did not take a message: ${messageOf(error)}`)),
    ]);
  }

  async #read(onMessage: (message: Incoming) => void): Promise<void> {
    const { incoming } = this.#options;
    let last = "0";
    while (!this.#closing.signal.aborted) {
      try {
        const read = await this.#reader.xreadBuffer("COUNT", ENTRIES, "BLOCK", BLOCK_MS, "STREAMS", incoming, last);
        const entries = read?.[0]?.[1] ?? [];
        for (const [id, fields] of entries) {
          last = id.toString();
          this.#take(fields, onMessage);
        }
        if (entries.length > 0) this.#removeRead(last);
      } catch (error) {
        if (error instanceof MessageError) this.#lose(error.message);
        await delay(RETRY_MS);
      }
    }
  }

  /** The stream holds only entries that have not been read. */
  #removeRead(last: string): void {
    const [ms = "0", sequence = "0"] = last.split("-");
    this.#options.client.xtrim(this.#options.incoming, "MINID", `${ms}-${Number(sequence) + 1}`).catch(() => undefined);
  }

  /** @throws {MessageError} */
  #take(fields: readonly Buffer[], onMessage: (message: Incoming) => void): void {
    const field = (name: string): Buffer => {
      const at = fields.findIndex((each, nth) => nth % 2 === 0 && each.toString() === name);
      const value = at < 0 ? undefined : fields[at + 1];
      if (value === undefined) throw new MessageError("it sent something that is not a message");
      return value;
    };
    const number = Number(field("n").toString());
    if (number <= this.#lastRead) return;
    if (number !== this.#lastRead + 1) throw new MessageError("some of its messages are missing");
    this.#lastRead = number;
    this.#heardAt = localNow();
    const data = field("data");
    if (data.length === 0) return;
    this.#parts.push(data);
    if (this.#parts.length > MAX_PARTS) throw new MessageError("it sent more than a message may have");
    if (field("rest").toString() !== "0") return;
    onMessage(this.#options.decode(Buffer.concat(this.#parts.splice(0))));
  }
}
