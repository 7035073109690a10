/**
 * reconcile: compares a bucket with the rows, from its listing or an inventory report: registers
 * objects that have no upload, has OSS asked for objects that uploads miss, and finds renditions
 * without an object and objects without a rendition.
 *
 * Does not belong here: what is done with what was found (uploads), requests to OSS (storage), the
 * command and the schedule (cli, worker).
 */
import './errors.js';

export { reconcileBucket } from './reconcile-bucket.js';
export { findings, type Findings } from './compare/findings.js';
export { Reconcile } from './rows/reconcile.entity.js';
