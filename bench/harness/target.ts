export const benchBucket = 'landfall-bench';
/** The callback URL is known to nobody else: so it is used where there are no tickets. */
export const callbackSecret = 'a-secret-of-the-benchmark';
