/** The engine for simulated time, in a module of its own: a run on real threads does not load it. */
export { runVirtual } from "../../load/run/index.js";
