/**
 * management: an operators' port of each process, without authentication: metrics, liveness and readiness, and queue figures.
 *
 * Does not belong here: the content, which the caller of `openManagement` passes in. To add a page, add a row to
 * `management-pages.ts`.
 */
import './errors.js';

export { openManagement } from './open-management.js';
export { Readiness } from './readiness.js';
