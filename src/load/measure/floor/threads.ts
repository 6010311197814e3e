/** A thread of a measurement, which answers one question after the other. */
import { once } from "node:events";
import { parentPort, Worker } from "node:worker_threads";
import type { DatabaseConnection } from "../../../platform/db/index.js";

/** A started thread. */
export interface BenchThread<Question, Answer> {
  /**
   * The answer of the thread; only then may the next question be asked. Rejects with the error of a thread that failed.
   */
  ask(question: Question): Promise<Answer>;
  /** Lets the thread end, and waits until it has. Ends it in any case. */
  end(): Promise<void>;
}

/** Starts the code at `entry` with `data` as its workerData. `connection` is the one in `data`, if there is one. */
export function startThread<Question, Answer>(
  entry: URL,
  data: object,
  connection?: DatabaseConnection,
): BenchThread<Question, Answer> {
  const transferList = connection === undefined ? [] : [connection.port];
  const worker = new Worker(entry, { workerData: data, transferList });
  const died = new Promise<never>((_, reject) => {
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error(`${entry.href} ended before it had answered`)));
  });
  died.catch(() => undefined);
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  return {
    async ask(question) {
      worker.postMessage({ question });
      const [answer] = (await Promise.race([once(worker, "message"), died])) as [Answer];
      return answer;
    },
    async end() {
      worker.postMessage({ end: true });
      const overdue = setTimeout(() => void worker.terminate(), END_MS);
      await ended;
      clearTimeout(overdue);
    },
  };
}

/** How long a thread has to end by itself, ms. Then it is terminated. */
const END_MS = 5000;

/** The side of the thread: answers questions with `answer` until the end, then calls `close`. */
export function answerQuestions(answer: (question: never) => unknown, close: () => void): void {
  if (parentPort === null) throw new Error("this file is the code of a worker thread");
  const port = parentPort;
  const respond = async (question: never): Promise<void> => port.postMessage(await answer(question));
  port.on("message", (message: { question: never } | { end: true }) => {
    if ("question" in message) {
      void respond(message.question);
    } else {
      close();
      port.close();
    }
  });
}
