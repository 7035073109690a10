import type { DataSource } from '#database';
import type { ObjectStore } from '#storage';
import type { ReplanRules, UploadRegistry } from '#uploads';
import type { ReconcileTrigger } from './rows/reconcile.entity.js';

/** Dependencies of a comparison. */
export interface ReconcileParts {
  readonly source: DataSource;
  /** Of the database itself, not of a pooler: the advisory lock belongs to a connection. */
  readonly directUrl: string;
  readonly store: ObjectStore;
  readonly registry: UploadRegistry;
  /** Key prefix of all renditions. */
  readonly renditionPrefix: string;
  readonly requestsPerSecond: number;
}

/** The scope of a comparison. */
export interface ReconcileScope {
  readonly bucket: string;
  /** Only keys with this prefix; empty for the whole bucket, including renditions. */
  readonly prefix: string;
  /** Objects stored earlier are not registered; null registers all. */
  readonly since: Date | null;
  /** Objects stored later are left to the next run, because their callback may be on its way. */
  readonly until: Date;
  readonly trigger: ReconcileTrigger;
  /** Location of an inventory report: `oss://<bucket>/<prefix or manifest.json>` or a file; null lists the bucket. */
  readonly inventory: string | null;
  /** A textual key of the request: an interrupted comparison is resumed only by a request with the same one. */
  readonly asked: string;
}

/** Which repairs are made. */
export interface Repairs {
  /** Changes nothing. */
  readonly isDryRun: boolean;
  /** Rules for remaking renditions whose object is gone; null leaves them. */
  readonly remake: ReplanRules | null;
  /** Removes objects below the rendition prefix that no row references. */
  readonly removesOrphans: boolean;
}
