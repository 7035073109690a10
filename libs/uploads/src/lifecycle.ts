/** How often and how long something is tried. */
export const lifecycleLimits = {
  /** A worker that died on something this often will die on it again. */
  crashesMax: 8,
  /** After this time a service that does not work for an upload is taken for gone, and the upload ends. */
  retryWindowMs: 24 * 3_600_000,
} as const;
