/** Programs that are small enough for plain enumeration: random operations on an event and the status row. */
import seedrandom from "seedrandom";
import { define, type Env, type Program, type ProgramThread } from "../../../../dist/explore/index.js";
import type { Json } from "../../../../dist/platform/sync/index.js";

type Action = (env: Env) => Json;

const actions: readonly Action[] = [
  ({ event }) => event("didSubmit").isSet(),
  ({ event }) => {
    event("didSubmit").clear();
    return null;
  },
  ({ event }) => event("didSubmit").clearIfUnchanged(event("didSubmit").epoch()),
  ({ event }) => event("didSubmit").wait(10),
  ({ event }) => event("didSubmit").epoch(),
  ({ status }) => status(),
  ({ writeStatus }) => {
    writeStatus("returned");
    return null;
  },
];

function threadOf(chosen: readonly Action[]): ProgramThread {
  return (env) => chosen.map((action) => action(env));
}

const setEvent: Action = ({ event }) => {
  event("didSubmit").set();
  return null;
};

/** One thread sets the event. Each other thread makes one or two random operations. */
function randomProgram(seed: number): Program {
  const random = seedrandom(String(seed));
  const pick = (): Action => actions[Math.floor(random() * actions.length)] ?? setEvent;
  const extra = random() < 0.5;
  return define({
    name: `random-${seed}`,
    description: "random operations on an event and the status row",
    threads: {
      setter: threadOf([setEvent]),
      other: threadOf([pick(), pick()]),
      ...(extra ? { third: threadOf([pick()]) } : {}),
    },
    check: () => [],
  });
}

export const RANDOM_PROGRAMS = 14;
export const programs: readonly Program[] = Array.from({ length: RANDOM_PROGRAMS }, (_, seed) => randomProgram(seed));
