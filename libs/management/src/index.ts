/**
 * management: what a process shows to those who run it, on a port of its own and without a key: metrics, whether it lives and
 * may be given work, and the figures of the queues.
 *
 * Does not belong here: what any of it says, which whoever opens the port brings along. A new page is a row in
 * `management-pages.ts`.
 */
import './errors.js';

export { openManagement } from './open-management.js';
export { Readiness } from './readiness.js';
