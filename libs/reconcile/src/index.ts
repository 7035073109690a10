/**
 * reconcile: compares a bucket, by its listing or an inventory report, with the rows: registers objects without an
 * upload, queues checks of uploads whose object is not listed, and finds ready renditions without an object and objects
 * without a rendition.
 *
 * Does not belong here: the repairs themselves (uploads), requests to OSS (storage), the command and the schedule (cli,
 * worker).
 */
import './errors.js';

export { reconcileBucket } from './reconcile-bucket.js';
export { findings, type Findings } from './compare/findings.js';
export { Reconcile } from './rows/reconcile.entity.js';
