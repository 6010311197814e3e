/** Benchmarks of the project, each figure beside its floor from the same run. */
export type { Bench, Figure } from "./figure.js";
export { measureFloor, type Floor } from "./floor.js";
export { renderResult } from "./render.js";
export { measureAll, resultSchema, type BenchResult, type MeasureOptions } from "./result.js";
export { BENCH_NAMES, BENCHES, benchesNamed } from "./suite.js";
