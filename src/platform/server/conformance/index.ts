/** Recorded conversations of Mephisto's router, against which ours is checked. */
export { ALLOWED, type AllowedDifference, type AllowedDifferenceRule } from "./allowed-differences.js";
export { requestIdsOf, runSituation } from "./run-transcript.js";
export { compareSent, SentPackets, type TranscriptDifference, type TranscriptOutcome } from "./sent-packets.js";
export { BACKEND, readTranscript, type Situation, type TranscriptEvent } from "./transcript.js";
