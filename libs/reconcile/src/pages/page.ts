import type { ListedObject } from '#storage';
import type { KeyRange } from './key-range.js';

/** How far an inventory report was read. */
export interface ReportPlace {
  /** Its position in the manifest. */
  readonly file: number;
  /** Lines of it that are done with. */
  readonly lines: number;
  /** Whether all lines so far were in the order of their keys. */
  readonly isOrdered: boolean;
}

/** Where a comparison goes on. */
export interface Marker {
  /** The last key that is done with; empty at the beginning. */
  readonly key: string;
  /** Of an inventory report; null of a listing. */
  readonly place: ReportPlace | null;
}

/** Some objects of a bucket, and what they say of the others. */
export interface Page {
  readonly objects: readonly ListedObject[];
  /** The stretch of keys in which there are these objects and no others; null if that cannot be said. */
  readonly range: KeyRange | null;
  /** When OSS was asked: what landed or was made since is not expected. */
  readonly listedAt: Date;
  /** Where to go on after this page. */
  readonly next: Marker;
  readonly isLast: boolean;
}

/** Postgres stores no NUL; nor is there an upload with one in its key. */
export function isStorable({ objectKey }: { objectKey: string }): boolean {
  return !objectKey.includes('\0');
}
