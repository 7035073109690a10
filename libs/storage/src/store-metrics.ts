import { counter, histogram } from '#runtime';

/** Bytes of objects, `read` from the store or `written` to it. */
export const storeBytes = counter(
  'landfall_store_bytes_total',
  'Bytes of objects that were read from the store or written to it',
  'direction',
);

/** Outcome of requests: `ok`, `aborted`, or the code of the error. */
export const storeRequests = histogram(
  'landfall_store_request_seconds',
  'Time until the store responds to a request, by method and outcome; includes writing the request body, not reading the response body',
  [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  ['method', 'outcome'],
);
