/** What a request changed, as an event notification tells of it. */
interface ObjectChange {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  /** By how much the current object of the key has grown; negative if it has shrunk. */
  readonly deltaBytes: number;
}

/**
 * Hears of a change within its transaction, so that what it writes is all or nothing with it. A
 * transaction that is repeated tells of the change again.
 */
export type Note = (change: ObjectChange) => void;

/** How a new version of an object is written. */
export interface WriteWish {
  /** Whether it may overwrite an object. */
  readonly mayReplace: boolean;
  readonly note?: Note | undefined;
}
