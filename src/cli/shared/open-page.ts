/** Opens a file in the user's browser. */
import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import { UsageError } from "./usage-error.js";

const OPENERS: Partial<Record<NodeJS.Platform, readonly [command: string, ...words: string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Opens the page at `path`, and does not wait for its end. @throws {UsageError} when there is no program to open it */
export async function openPage(path: string): Promise<void> {
  const [command, ...words] = OPENERS[process.platform] ?? ["xdg-open"];
  const opener = spawn(command, [...words, pathToFileURL(path).href], { detached: true, stdio: "ignore" });
  await new Promise<void>((resolve, reject) => {
    opener.once("spawn", resolve);
    opener.once("error", () =>
      reject(new UsageError(`cannot open ${path}: there is no program ${command}; open the file yourself`)),
    );
  });
  opener.unref();
}
