/** Texts about a search for a capacity that its outputs share. */
import { ENGINE_LABELS, type Capacity } from "../results/index.js";
import { EXIT, formatCount, formatElapsed, plural } from "../vocabulary/index.js";

/** An arrival rate with three digits, or all of its whole number: 1,667, 83.3, 0.5. */
export function formatRate(rate: number): string {
  return rate >= 100 ? formatCount(rate) : String(Number(rate.toPrecision(3)));
}

/** Why a search ended that did not find the capacity. */
const ENDS: Readonly<Record<Exclude<Capacity["end"], "found" | "none">, string>> = {
  unbounded: "a run cannot have more workers",
  interrupted: "the search was interrupted",
  "out-of-time": "the search ran out of time",
  running: "the search is not over",
};

/** The capacity as far as it is known, one line. Over a network in live units, which a requester can set. */
export function capacityHeading({ end, capacity, scenario: { name }, engine, exitCode }: Capacity): string {
  const isByOthers = exitCode === EXIT.inconclusive;
  const others = "; above it other programs kept the machine busy";
  if (end === "none")
    return `${name} passes at no rate that was tried${isByOthers ? ": other programs kept the machine busy" : ""}`;
  const note = end === "found" ? (isByOthers ? others : "") : `; ${ENDS[end]}`;
  if (capacity === null) return `${name}: no rate is known to pass${note}`;
  const rate = `${formatRate(capacity.rate)} arrivals a second`;
  const units = engine === "network" ? capacity.liveUnits : null;
  const known = units === null ? rate : `${plural(units, "live unit")} at once, at ${rate}`;
  return `capacity of ${name}: ${end === "found" && !isByOthers ? "" : "at least "}${known}${note}`;
}

/** "seed 1", or "seeds 1..3" of a search under simulated time. */
export function seedsText({ seed, search: { seeds } }: Pick<Capacity, "seed" | "search">): string {
  if (seeds === undefined || seeds.first === seeds.last) return `seed ${seed}`;
  return `seeds ${seeds.first}..${seeds.last}`;
}

/** Seed, trials and time of a search. */
export function capacityFacts({ seed, trials, engine, search }: Capacity): string[] {
  const tookMs = trials.reduce((sum, trial) => sum + trial.tookMs, 0);
  return [
    seedsText({ seed, search }),
    plural(trials.length, "trial"),
    formatElapsed(tookMs),
    ENGINE_LABELS[engine],
    ...(search.metric === null ? [] : [`only the thresholds on ${search.metric} decide`]),
  ];
}
