/** How often a worker reports. */
export const reportEveryMs = 5_000;
/** A worker that has not reported for this long is gone, or cannot reach the database. */
export const silenceMaxS = 15;
/** How long a tally counts towards the failures. */
export const tallyKept = `interval '1 hour'`;
