/** How `simulate replay` ends when the repetition came out differently, or broke an invariant: neither is to be. */
export const EXIT_DIVERGED = 1;
export const EXIT_INVARIANT = 98;
