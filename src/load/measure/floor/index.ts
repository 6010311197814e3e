/** The floor of a run: what the machine itself takes, measured without the code of the project. */
export { handOvers, measureFloor, type Floor } from "./floor.js";
export { newLane, openLane, pause, type Lane } from "./handover.js";
export { populate } from "./populate.js";
export { openRawSqlite, type RawSqlite } from "./raw-sqlite.js";
export { answerQuestions, startThread, type BenchThread } from "./threads.js";
