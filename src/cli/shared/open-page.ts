/** Opens a file in the user's browser. */
import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import { EXIT } from "../../vocabulary/index.js";
import { logLines } from "./print.js";

const OPENERS: Partial<Record<NodeJS.Platform, readonly [command: string, ...words: string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/**
 * Opens the page at `path`, and does not wait for its end. Where no program can open it, one line says so. The exit
 * code of what the page shows stays, if it has one.
 */
export async function openPage(path: string): Promise<void> {
  const [command, ...words] = OPENERS[process.platform] ?? ["xdg-open"];
  const opener = spawn(command, [...words, pathToFileURL(path).href], { detached: true, stdio: "ignore" });
  const isOpened = await new Promise<boolean>((resolve) => {
    opener.once("spawn", () => {
      resolve(true);
    });
    opener.once("error", () => {
      resolve(false);
    });
  });
  opener.unref();
  if (isOpened) return;
  logLines(`simulate: cannot open ${path}: there is no program ${command}; open the file yourself`);
  process.exitCode ||= EXIT.usage;
}
