import type { DataSource } from '#database';
import type { ObjectStore } from '#storage';
import type { ReplanRules, UploadRegistry } from '#uploads';
import type { ReconcileTrigger } from './rows/reconcile.entity.js';

/** What a comparison works with. */
export interface ReconcileParts {
  readonly source: DataSource;
  /** Of the database itself, not of a pooler: a lock of a connection keeps other processes away. */
  readonly directUrl: string;
  readonly store: ObjectStore;
  readonly registry: UploadRegistry;
  /** Key prefix of everything that is made. */
  readonly renditionPrefix: string;
  readonly requestsPerSecond: number;
}

/** What is compared. */
export interface ReconcileScope {
  readonly bucket: string;
  /** Only keys that begin with it; empty for the whole bucket, with all that was made. */
  readonly prefix: string;
  /** Objects stored before are not registered; null registers all. */
  readonly since: Date | null;
  /** Objects stored after are left to the next run: their callback may be under way. */
  readonly until: Date;
  readonly trigger: ReconcileTrigger;
  /** Where an inventory report is: `oss://<bucket>/<prefix or manifest.json>` or a file; null lists the bucket. */
  readonly inventory: string | null;
  /** What was asked for in words: only a comparison that asks for the same goes on where one was interrupted. */
  readonly asked: string;
}

/** What is done about what is found. */
export interface Repairs {
  /** Nothing at all is changed. */
  readonly isDryRun: boolean;
  /** Renditions whose object is gone are made again by these rules; null leaves them. */
  readonly remake: ReplanRules | null;
  /** Objects that no row names are removed. */
  readonly removesOrphans: boolean;
}
