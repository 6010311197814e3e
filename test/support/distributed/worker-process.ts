/** `simulate worker` as a process. */
import { spawn, type ChildProcess } from "node:child_process";
import { MAIN } from "../cli/simulate.js";

export interface WorkerProcess {
  readonly child: ChildProcess;
  /** Such as `host-123-0a1b2c3d`. */
  readonly id: string;
  /** What it has printed. */
  readonly output: () => string;
}

/** Starts one and waits until it takes jobs; it is killed with the test. `within`: a command that it is started by. */
export async function startWorker(
  t: { after(fn: () => void): void },
  redis: string,
  args: readonly string[] = [],
  within: readonly string[] = [],
): Promise<WorkerProcess> {
  const [command = process.execPath, ...words] = [
    ...within,
    process.execPath,
    MAIN,
    "worker",
    "--redis",
    redis,
    ...args,
  ];
  const child = spawn(command, words, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, CI: "true" } });
  t.after(() => child.kill("SIGKILL"));
  let output = "";
  const id = await new Promise<string>((resolve, reject) => {
    const onText = (text: Buffer): void => {
      output += text.toString();
      const [, found] = /^worker process (\S+):/m.exec(output) ?? [];
      if (found !== undefined && output.includes("waiting for jobs")) resolve(found);
    };
    child.stdout.on("data", onText);
    child.stderr.on("data", onText);
    child.once("close", () => reject(new Error(`simulate worker ended: ${output}`)));
  });
  return { child, id, output: () => output };
}
