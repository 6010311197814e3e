/** How `simulate replay` ends when the repetition came out differently, there was nothing to repeat, or an invariant broke: none of it is to be. */
export const EXIT_DIVERGED = 1;
export const EXIT_NOTHING_REPEATED = 1;
export const EXIT_INVARIANT = 98;
