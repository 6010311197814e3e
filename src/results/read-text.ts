/** Reads the files of a run. Worker threads load it: it must not need zod. */
import { readFileSync } from "node:fs";
import { whySystemFailed } from "../vocabulary/index.js";
import { cannotRead } from "./results-error.js";

/** The text of a file. @throws ResultsError when it cannot be read */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw cannotRead(path, whySystemFailed(error), error);
  }
}
