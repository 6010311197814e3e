/** The warning that `act` is deprecated. */
import { deprecate } from "node:util";
import type { Arena } from "../sync/index.js";

/** Node gives a deprecation warning once a thread. */
const warn = deprecate(
  () => undefined,
  "Agent.act is deprecated in favour of Agent.getLiveUpdate, as of Mephisto 1.0, and is to be removed with its 1.1.",
  "CROWDSTORM_ACT",
);
/** Which of the things that an arena's threads say once. */
const ACT_WARNING = 0;

/** Warns in the first call of all that the threads of `arena` make, and in no other. */
export function createActWarning(arena: Arena): () => void {
  let hasWarned = false;
  return () => {
    if (hasWarned) return;
    hasWarned = true;
    if (arena.claimOnce(ACT_WARNING)) warn();
  };
}
