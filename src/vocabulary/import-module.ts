/** Imports the user's modules. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { textOf } from "./foreign.js";

/**
 * The exports of the module at `url`. Rejects with the error of the import, or with an uncaught error of the module's
 * timers during the import. Rejects also when a top-level await never settles: Node would exit without a message then.
 */
export async function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const giveUp = (): void => fail(new Error("its top-level await never settles"));
  const onUncaught = (error: unknown): void => fail(error);
  process.once("beforeExit", giveUp);
  process.on("uncaughtException", onUncaught);
  try {
    return (await Promise.race([import(url), failed])) as Readonly<Record<string, unknown>>;
  } finally {
    process.removeListener("beforeExit", giveUp);
    process.removeListener("uncaughtException", onUncaught);
  }
}

/** `file`, as messages name the module at `url`, with the line where its import failed, where that is known. */
export function withLine(file: string, url: string, error: unknown): string {
  const line =
    /^\d+/.exec(textOf(error, "stack")?.split(`${url}:`)[1] ?? "")?.[0] ??
    (textOf(error, "name") === "SyntaxError" ? lineOfSyntaxError(url) : undefined);
  return line === undefined ? file : `${file}:${line}`;
}

/** A caught syntax error does not have its line; `node --check` prints it in its first line. */
function lineOfSyntaxError(url: string): string | undefined {
  const { stderr } = spawnSync(process.execPath, ["--check", fileURLToPath(url)], { encoding: "utf8" });
  return /^.*:(\d+)\n/.exec(stderr)?.[1];
}
