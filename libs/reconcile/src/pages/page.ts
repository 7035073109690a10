import type { ListedObject } from '#storage';
import type { KeyRange } from './key-range.js';

/** The position in an inventory report. */
export interface ReportPlace {
  /** Index of the file in the manifest. */
  readonly file: number;
  /** Lines of that file that are done. */
  readonly lines: number;
  /** Whether all lines so far were sorted by key. */
  readonly isOrdered: boolean;
}

/** Where a comparison resumes. */
export interface Marker {
  /** The last key that is done; empty at the beginning. */
  readonly key: string;
  /** Position in an inventory report; null for a listing. */
  readonly place: ReportPlace | null;
}

/** Objects of a bucket, and the key range that they cover. */
export interface Page {
  readonly objects: readonly ListedObject[];
  /** The key range that contains these objects and no others; null if unknown. */
  readonly range: KeyRange | null;
  /** When OSS was asked: objects that landed or were made since are not expected. */
  readonly listedAt: Date;
  /** Where to resume after this page. */
  readonly next: Marker;
  readonly isLast: boolean;
}

/** False for keys with NUL, which Postgres cannot store and which no upload has. */
export function isStorable({ objectKey }: { objectKey: string }): boolean {
  return !objectKey.includes('\0');
}
