import { chunkStatuses } from './rows/chunk.entity.js';
import { versionStatuses } from './rows/rendition-version.entity.js';
import { uploadStatuses } from './rows/upload.entity.js';

/** An allowed state transition. `null` stands for a row that does not exist yet, or no longer. */
interface Transition<State extends string> {
  from: State | null;
  to: State | null;
  /** Who or what triggers it. */
  by: string;
  /** What it writes besides the state. */
  writes: string;
}

/** The states of one kind of row, and all transitions between them. */
export interface Lifecycle<State extends string = string> {
  states: Readonly<Record<State, string>>;
  transitions: readonly Transition<State>[];
}

const upload = {
  states: {
    stored: 'A landing was recorded; OSS has not confirmed the object version yet.',
    processing: 'OSS has confirmed it; its renditions are being planned and made.',
    ready: 'Every rendition is ready. New versions of some may be in progress.',
    failed: 'It or one of its renditions failed; `error` contains the reason.',
    ignored: 'No pipeline matches it; its facts have been read.',
    deleted:
      'It was deleted, its object was deleted, or it was merged into the upload that holds the same object version.',
  },
  transitions: [
    {
      from: null,
      to: 'stored',
      by: 'a callback or an event of OSS, a worker that asks for the object of a ticket, or a reconcile',
      writes: 'the landing, and an outbox row for `upload.process`',
    },
    {
      from: 'stored',
      to: 'processing',
      by: '`upload.process`, once OSS confirms the version',
      writes: 'ETag, size, time and proof',
    },
    {
      from: 'stored',
      to: 'failed',
      by: '`upload.process` when OSS has another version or none, or a cancellation',
      writes: 'the error',
    },
    {
      from: 'stored',
      to: 'deleted',
      by: '`upload.process` when another upload holds the version, or a client',
      writes: '`merged_into`, or one retired version for all objects',
    },
    {
      from: 'processing',
      to: 'ready',
      by: 'the job that publishes the last rendition',
      writes: '`ready_at`',
    },
    {
      from: 'processing',
      to: 'failed',
      by: 'the job of the last rendition to end, if any failed, or a cancellation',
      writes: 'the error of the first rendition that failed',
    },
    {
      from: 'processing',
      to: 'ignored',
      by: '`upload.process` when no pipeline matches',
      writes: 'the facts',
    },
    {
      from: 'processing',
      to: 'deleted',
      by: 'a client, a landing of the same version that is vouched for, or a worker that finds the object gone from OSS',
      writes: 'one retired version for all objects; its other versions, chunks and keys are removed',
    },
    {
      from: 'ready',
      to: 'failed',
      by: 'a job whose rendition, new in the pipelines file, fails',
      writes: 'the error',
    },
    { from: 'ready', to: 'deleted', by: 'as from `processing`', writes: 'as from `processing`' },
    {
      from: 'failed',
      to: 'processing',
      by: 'a client that reprocesses it',
      writes: '`reprocessing_since`, and outbox rows; the error is cleared',
    },
    {
      from: 'failed',
      to: 'deleted',
      by: 'a client, or a worker that finds the object gone from OSS',
      writes: 'as from `processing`',
    },
    {
      from: 'failed',
      to: null,
      by: 'the sweep, 6 hours after it failed, if nothing vouched for it',
      writes: 'nothing',
    },
    {
      from: 'ignored',
      to: 'processing',
      by: 'a client that reprocesses it, if a pipeline now matches',
      writes: '`reprocessing_since`, and outbox rows',
    },
    { from: 'ignored', to: 'deleted', by: 'as from `failed`', writes: 'as from `processing`' },
    {
      from: 'deleted',
      to: 'stored',
      by: 'the upload that it was merged into, when that one fails for another version',
      writes: 'an outbox row for `upload.process`',
    },
  ],
} as const satisfies Lifecycle<(typeof uploadStatuses)[number]>;

const version = {
  states: {
    pending: 'It is to be made, for the first time or again.',
    ready: 'It is served. A rendition has at most one ready version.',
    failed: 'It could not be made; the reason is shown until a newer version is planned or ready.',
    retired: 'It is no longer served, or never was; its row lasts as long as its objects.',
  },
  transitions: [
    {
      from: null,
      to: 'pending',
      by: '`upload.process` when it plans, or a client that reprocesses the upload',
      writes: 'kind, spec and job; an outbox row',
    },
    {
      from: null,
      to: 'retired',
      by: 'anything that leaves objects without a version: a late job, the segments of a joined MP4, a deletion',
      writes: '`storage_keys` and `due_at`',
    },
    {
      from: 'pending',
      to: 'ready',
      by: 'the job that publishes it',
      writes: 'key, type, size and details; older versions of the rendition are retired',
    },
    {
      from: 'pending',
      to: 'failed',
      by: 'a job that gives up, or a cancellation',
      writes: 'error and log; `due_at` when something was stored',
    },
    {
      from: 'pending',
      to: 'retired',
      by: 'a newer version, planned or ready, if something was stored',
      writes: '`due_at`',
    },
    {
      from: 'pending',
      to: null,
      by: 'a newer version, when nothing was stored; a deletion',
      writes: 'nothing',
    },
    {
      from: 'ready',
      to: 'retired',
      by: 'the job that publishes a newer version',
      writes: '`due_at`: now, and twice as long as it plays',
    },
    { from: 'ready', to: null, by: 'a deletion of the upload', writes: 'nothing' },
    {
      from: 'failed',
      to: 'retired',
      by: 'a newer version, when something was stored',
      writes: '`due_at`',
    },
    {
      from: 'failed',
      to: null,
      by: 'a newer version, when nothing was stored; a deletion',
      writes: 'nothing',
    },
    {
      from: 'retired',
      to: null,
      by: 'the sweep of any worker, `OSS_URL_LIFETIME_S` after `due_at`, and a deletion',
      writes: 'nothing; the objects are removed first, under the lock of the upload',
    },
  ],
} as const satisfies Lifecycle<(typeof versionStatuses)[number]>;

const chunk = {
  states: {
    pending: 'It is to be encoded.',
    ready: 'Its segments are stored.',
  },
  transitions: [
    {
      from: null,
      to: 'pending',
      by: '`upload.transcode` when it cuts a long video',
      writes: 'what to encode',
    },
    {
      from: 'pending',
      to: 'ready',
      by: '`upload.chunk`',
      writes:
        'what was stored; where a stream begins to play by it, its key; an outbox row for `upload.join` when it was the last',
    },
    {
      from: 'pending',
      to: null,
      by: 'a failure, cancellation or deletion, or a new plan for the same versions',
      writes: 'nothing',
    },
    {
      from: 'ready',
      to: null,
      by: 'the last of its versions that leaves `pending`',
      writes: 'nothing',
    },
  ],
} as const satisfies Lifecycle<(typeof chunkStatuses)[number]>;

/** All states of uploads, rendition versions and chunks, and all allowed transitions. */
export const lifecycles = { upload, version, chunk } as const satisfies Record<string, Lifecycle>;

/** Limits of retries. */
export const lifecycleLimits = {
  /** Runs that may end with a dead worker before the work is given up. */
  crashesMax: 8,
  /** How long errors are retried, counted from the landing or the last reprocessing; then the upload fails. */
  retryWindowMs: 24 * 3_600_000,
} as const;
