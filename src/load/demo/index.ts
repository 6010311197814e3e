/** What demonstrations have in the place of sound code. Nothing here is part of the platform under test. */
export { plantedRace } from "./planted-race.js";
