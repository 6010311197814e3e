/** Recorded conversations of Mephisto's router, against which ours is checked. */
export { ALLOWED, type AllowedDifference, type AllowedDifferenceRule } from "./allowed-differences.js";
export { runSituation, type TranscriptDifference, type TranscriptOutcome } from "./run-transcript.js";
export { readTranscript, type Situation, type TranscriptEvent } from "./transcript.js";
