/** How often a worker says what it does. */
export const reportEveryMs = 5_000;
/** A worker that said nothing for so long is gone, or cannot reach the database. */
export const silenceMaxS = 15;
/** So long a tally counts among the failures. */
export const tallyKept = `interval '1 hour'`;
