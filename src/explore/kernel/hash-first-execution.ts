/** What tells whether an exploration is continued with the program that it began with. */
import { createHash } from "node:crypto";
import { DETERMINED, RECORD, word } from "./operation-records.js";
import type { Session } from "./session.js";

/**
 * Executes the program in the order of the first execution of an exploration. Returns the SHA-256 of the records of its
 * steps, hexadecimal: a program that makes other steps has another one.
 */
export function hashFirstExecution(session: Session): string {
  session.execute({ prefix: [] });
  const { words, log } = session.controlBlock;
  const hash = createHash("sha256");
  for (let step = 0; step < session.steps; step++)
    hash.update(`${DETERMINED.map((part) => word(words, log + step * RECORD.words + part)).join(" ")}\n`);
  return hash.digest("hex");
}
