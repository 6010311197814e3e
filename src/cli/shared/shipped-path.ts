/** Finds a scenario of the package by its name. */
import { didYouMean } from "../../load/scenario/nearest.js";
import { isShipped, pathOfShipped, shippedScenarios } from "../../load/scenario/shipped-scenarios.js";
import { commandLine } from "../../vocabulary/index.js";
import { UsageError } from "./usage-error.js";

/** The path of the scenario with this name. @throws {UsageError} when the package has none */
export function shippedPath(name: string): string {
  if (!isShipped(name))
    throw new UsageError(
      `the package has no scenario "${name}"${didYouMean(name, shippedScenarios())}: expected a name from \`${commandLine("list")}\``,
    );
  return pathOfShipped(name);
}
