/** Whether the platform is among the threads whose CPU time a run knows. */
import type { Summary } from "./summary-schema.js";

/** False for a run over a network, whose platform is another process. */
export function hasPlatform({ threads }: NonNullable<Summary["health"]["cpu"]>): boolean {
  return threads.some(({ part }) => part === "platform");
}
