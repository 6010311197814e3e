/** What a run and the thread that writes a file of its samples say to each other. */
import type { SampleBatch, Span } from "../load/measure/index.js";
import type { SampleFormat } from "./sample-lines.js";

/** What the thread is given. */
export interface SampleFileSetup {
  readonly path: string;
  readonly format: SampleFormat;
  /** Whether to compress the file, as gzip does. */
  readonly gzip: boolean;
  /** When the run started, ms since 1970. */
  readonly startedAtMs: number;
  /** What the phases of the run refer to. */
  readonly spans: readonly Span[];
}

/** To the thread: a batch, or that there are no more. */
export type ToSampleFile = SampleBatch | "end";

/** From the thread. */
export type FromSampleFile =
  /** It is done with a batch of so many samples. `written`: how many samples are in the file. */
  | { readonly kind: "taken"; readonly samples: number; readonly written: number }
  /** The file is closed. `problem`: why samples are missing in it, one line. */
  | { readonly kind: "ended"; readonly written: number; readonly problem: string | undefined };
