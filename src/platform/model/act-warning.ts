/** The warning that `act` is deprecated. */
import { deprecate } from "node:util";
import type { Arena } from "../sync/index.js";

/** Node prints a deprecation warning once per thread. */
const warn = deprecate(
  () => undefined,
  "Agent.act is deprecated in favour of Agent.getLiveUpdate, as of Mephisto 1.0, and is to be removed with its 1.1.",
  "CROWDSTORM_ACT",
);
/** The bit of the arena that is claimed by the thread that warns. */
const ACT_WARNING = 0;

/** The returned function warns in the first call of all threads of `arena`, and in no other call. */
export function createActWarning(arena: Arena): () => void {
  let hasWarned = false;
  return () => {
    if (hasWarned) return;
    hasWarned = true;
    if (arena.claimOnce(ACT_WARNING)) warn();
  };
}
