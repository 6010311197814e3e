/**
 * A process that may not write more than it was given (`ulimit -f`): writes until it is refused, and says what it was
 * told and what is there.
 */
import { openDatabase } from "../../../dist/platform/db/index.js";

process.on("SIGXFSZ", () => undefined);
const db = openDatabase(process.argv[2] ?? "", { create: true });
const acknowledged: string[] = [];
let failed = 0;
for (let n = 0; n < 600; n++) {
  const taskName = `${n} ${"x".repeat(400)}`;
  try {
    db.write("newTask", { taskName, taskType: "chat" }).block();
    acknowledged.push(taskName);
  } catch {
    failed++;
  }
}
console.log(
  JSON.stringify({
    acknowledged: acknowledged.length,
    failed,
    missing: acknowledged.filter((name) => db.findTask(name) === undefined).length,
  }),
);
