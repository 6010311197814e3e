/**
 * A scripted backend in a process of its own: node run-backend.js URL [OPTIONS as JSON]. It runs until it is ended by a
 * signal.
 */
import { ScriptedBackend, type BackendOptions } from "./scripted-backend.js";

const [url = "ws://127.0.0.1:3000", options = "{}"] = process.argv.slice(2);
const backend = new ScriptedBackend(url, JSON.parse(options) as BackendOptions);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    backend.end();
    process.stdout.write(`${JSON.stringify({ updates: backend.updates, cpu: process.cpuUsage() })}\n`);
    process.exit(0);
  });
}
