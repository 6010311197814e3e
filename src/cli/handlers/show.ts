/** `simulate show NAME`: prints a scenario of the package. */
import { readFileSync } from "node:fs";
import { printText } from "../shared/print.js";
import { shippedPath } from "../shared/shipped-path.js";

export interface ShowArguments {
  readonly name: string;
}

export function handler({ name }: ShowArguments): void {
  printText(readFileSync(shippedPath(name), "utf8"));
}
