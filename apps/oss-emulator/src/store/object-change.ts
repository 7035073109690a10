/** A change to an object, as reported in event notifications. */
interface ObjectChange {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  /** Change in size of the current object of the key, in bytes. */
  readonly deltaBytes: number;
}

/**
 * Called with a change within its transaction, so that records it writes commit or roll back together. Called again
 * if the transaction is retried.
 */
export type Note = (change: ObjectChange) => void;

/** Options for writing a new version of an object. */
export interface WriteWish {
  /** Whether it may overwrite an existing object. */
  readonly mayReplace: boolean;
  readonly note?: Note | undefined;
}
