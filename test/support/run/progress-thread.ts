/** A thread of a run that sends much progress at its very end. */
import { once } from "node:events";
import { createRecorder } from "../../../dist/load/measure/index.js";
import type { FromThread, ThreadBasics, ToThread } from "../../../dist/load/run/threads/setup.js";

export default async function run({ name, port, messages }: ThreadBasics & { readonly messages: number }) {
  const post = (message: FromThread): void => port.postMessage(message);
  post({ kind: "hello", place: 0, doorbell: 0 });
  const [start] = (await once(port, "message")) as [ToThread];
  if (start.kind !== "start") throw new Error(`got "${start.kind}" before the start`);
  const recorder = createRecorder({ thread: name, originMs: start.originMs });
  for (let nth = 0; nth < messages; nth++) {
    recorder.count("workers_finished");
    post({ kind: "progress", snapshot: recorder.take() });
  }
  port.close();
  return messages;
}
