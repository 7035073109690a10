/**
 * uploads: the rows of uploads, renditions and tickets: their entities, the registry that records landings, the state changes
 * made by the worker, and the reader that answers queries.
 *
 * Does not belong here: HTTP, OSS, queues. A new column goes into its entity (`rows/`), a migration and
 * `reading/upload-view.ts`; a new state or transition into `rows/`, `lifecycle.ts`, `making/` and a migration.
 */
import './errors.js';

export { recordLanded } from './events/record-uploads.js';
export { confirmLanding, type ConfirmRules } from './landing/confirm-landing.js';
export { EventRecorder, eventRulesOf } from './landing/event-recorder.js';
export { selectUnknown } from './landing/known-versions.js';
export { type ProofSettings, proofSettingsOf, toLanding } from './landing/landing-proof.js';
export { type Landing, reconciledLanding, ticketLanding } from './landing/landing.js';
export {
  endRemovalCheck,
  markRemoved,
  queueRemovalChecks,
  takeRemovalChecks,
} from './landing/removed-objects.js';
export type { Admission } from './landing/standing-upload.js';
export { keepRefused, refusedKept, type RefusedLine } from './landing/keep-refused.js';
export { openRegistry } from './landing/open-registry.js';
export { registryConnections, type RegistrySettings, UploadRegistry } from './landing/upload-registry.js';
export { type Lifecycle, lifecycleLimits, lifecycles } from './lifecycle.js';
export {
  beginChunk,
  type BegunChunk,
  endChunkRun,
  failChunks,
  finishChunk,
  planChunks,
  readyChunks,
  renewChunk,
} from './making/chunks.js';
export { pendingVersions } from './making/pending-versions.js';
export { isWanted, recordProgress } from './making/progress.js';
export { removeRetired } from './making/removals.js';
export { reserveObjects, type VersionRef } from './making/storage-keys.js';
export { findStreamKey, streamKey } from './making/stream-keys.js';
export { bringSweepForward, removeUnconfirmed, sweepUploads } from './making/sweep-uploads.js';
export { beginRun, endRun, recordPlan } from './making/upload-states.js';
export {
  failVersion,
  failVersions,
  isServed,
  type MadeVersion,
  publishVersion,
  recordEarly,
} from './making/versions.js';
export { type Failures, failuresSchema, viewFailures } from './reading/failures-view.js';
export { type Stats, statsSchema, viewStats } from './reading/stats-view.js';
export { readGrowing } from './making/growing-stream.js';
export { findMergedInto } from './reading/merged-uploads.js';
export { countOpenJobs } from './reading/open-jobs.js';
export { listRefused } from './reading/list-refused.js';
export { findRunning, type RunningRendition } from './reading/running-renditions.js';
export { filterOf, listOf, uploadFilterFields, varsOf, withVars } from './reading/upload-filter.js';
export {
  maxDistance,
  type PageRequest,
  type Similarity,
  type UploadFilter,
  UploadReader,
  uploadSorts,
} from './reading/upload-reader.js';
export { countFailures, type FailureCount } from './reading/upload-failures.js';
export { countUploads, type StatsCounts, type StatsRange } from './reading/upload-stats.js';
export {
  type SignRendition,
  type UploadField,
  uploadFields,
  viewFields,
  viewUpload,
} from './reading/upload-fields.js';
export {
  mediaKindSchema,
  renditionKindSchema,
  uploadStatusSchema,
  type UploadView,
  uploadViewSchema,
} from './reading/upload-view.js';
export type { ReplanRules } from './making/plan-again.js';
export { pruneUploads } from './making/prune-uploads.js';
export {
  beginTrial,
  beginTrialRun,
  endTrialRun,
  failTrial,
  findTrial,
  finishTrial,
  type Trial,
} from './requests/trials.js';
export { remakeVersion } from './requests/remake-version.js';
export { cancelUpload, deleteUpload } from './requests/cancel-upload.js';
export { updateUpload } from './requests/update-upload.js';
export { reprocessUpload } from './requests/reprocess-upload.js';
export { reprocessPage } from './requests/reprocess-uploads.js';
export { ownWordsLimits } from './rows/own-words.js';
export { Chunk, type ChunkWork } from './rows/chunk.entity.js';
export type { RefusedCallback } from './rows/refused-callback.entity.js';
export { RenditionVersion } from './rows/rendition-version.entity.js';
export { Rendition } from './rows/rendition.entity.js';
export { Ticket } from './rows/ticket.entity.js';
export { uploadEntities } from './rows/upload-entities.js';
export { type ConfirmedUpload, isConfirmed, Upload } from './rows/upload.entity.js';
export { signTicketNonce } from './tickets/ticket-nonce.js';
export { endFollowUp, takeFollowUps } from './tickets/follow-ups.js';
export {
  findTicketOf,
  findTicketUpload,
  insertTicket,
  readTicket,
  removeOldTickets,
  ticketVar,
} from './tickets/tickets.js';
