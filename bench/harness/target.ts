export const benchBucket = 'landfall-bench';
/** The callback URL contains this secret, so callbacks are trusted without tickets. */
export const callbackSecret = 'a-secret-of-the-benchmark';
