import type {
  ListUploadsData,
  Original,
  PartialUpload,
  PartialUploadPage,
  ReprocessRequest,
  Upload,
  UploadPage,
  UploadPatch,
} from '../generated/types.js';
import type { CallOptions, ChangeOptions, Transport } from '../http/transport.js';
import { backoffMs, wait } from '../http/wait.js';
import { operations } from '../operations.js';
import type { Events } from './events.js';
import { Pages } from './pages.js';

export type UploadQuery = NonNullable<ListUploadsData['query']>;

export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** 600,000 ms by default; when it expires, the error is a `TimeoutError`. */
  readonly timeoutMs?: number;
}

/** An upload that will not become ready: it failed, no pipeline matches it, or it was deleted. */
export class UploadNotReady extends Error {
  override readonly name = 'UploadNotReady';

  constructor(readonly upload: Upload) {
    const { id, status, error } = upload;
    super(`upload ${id} is ${status}${error ? `: ${error.message} (${error.code})` : ''}`);
  }
}

const defaultTimeoutMs = 600_000;
const pollBaseMs = 500;
const pollMaxMs = 5_000;
/** Poll interval while events arrive, as a safety net. */
const netMs = 15_000;
const finalStatuses = new Set<Upload['status']>(['ready', 'failed', 'ignored', 'deleted']);

/** Uploads with their renditions. */
export class Uploads {
  constructor(
    private readonly transport: Transport,
    private readonly events: Events,
  ) {}

  /** Lists uploads, newest first by default. With `fields`, items contain only those fields. */
  list(query?: UploadQuery & { fields?: never }, options?: CallOptions): Pages<Upload, UploadPage>;
  list(query: UploadQuery, options?: CallOptions): Pages<PartialUpload, PartialUploadPage>;
  list(
    query: UploadQuery = {},
    options?: CallOptions,
  ): Pages<Upload, UploadPage> | Pages<PartialUpload, PartialUploadPage> {
    return new Pages<PartialUpload, PartialUploadPage>(
      (cursor) => {
        const paged = cursor === undefined ? query : { ...query, cursor };
        // Without `fields`, items are complete.
        return this.transport.call(operations.listUploads, { query: paged }, options) as Promise<UploadPage>;
      },
      ({ nextCursor }) => nextCursor,
    );
  }

  get(id: string, options?: CallOptions): Promise<Upload> {
    return this.transport.call(operations.getUpload, { path: { id } }, options);
  }

  /**
   * Gets an upload with its entity tag, for `ifMatch` of a change. This is not the field `etag`, which is OSS's ETag
   * of the object.
   */
  async getWithTag(id: string, options?: CallOptions): Promise<{ upload: Upload; tag: string }> {
    const { body, tag } = await this.transport.callForTag(operations.getUpload, { path: { id } }, options);
    return { upload: body, tag };
  }

  /** Returns a signed URL of the original. */
  original(id: string, options?: CallOptions): Promise<Original> {
    return this.transport.call(operations.getOriginal, { path: { id } }, options);
  }

  /** Changes the fields that your backend can set; see `UploadPatch`. */
  update(id: string, patch: UploadPatch, options?: ChangeOptions): Promise<Upload> {
    return this.transport.call(operations.updateUpload, { path: { id }, body: patch }, options);
  }

  /** Cancels the pending renditions of an upload. */
  cancel(id: string, options?: CallOptions): Promise<Upload> {
    return this.transport.call(operations.cancelUpload, { path: { id } }, options);
  }

  /** Remakes renditions that are missing, have failed or differ from the pipelines file. */
  reprocess(id: string, request: ReprocessRequest = {}, options?: CallOptions): Promise<Upload> {
    return this.transport.call(operations.reprocessUpload, { path: { id }, body: request }, options);
  }

  /** Deletes the upload and its renditions; the original remains. */
  delete(id: string, options?: ChangeOptions): Promise<Upload> {
    return this.transport.call(operations.deleteUpload, { path: { id } }, options);
  }

  /**
   * Waits until an upload is ready and returns it. Uses the event stream or, if that is unavailable, polls every few
   * seconds.
   * @throws UploadNotReady, LandfallProblem, LandfallUnreachable, a `TimeoutError`, or the signal's abort reason
   */
  async waitUntilReady(
    id: string,
    { signal, timeoutMs = defaultTimeoutMs }: WaitOptions = {},
  ): Promise<Upload> {
    const done = new AbortController();
    const limit = AbortSignal.timeout(timeoutMs);
    const ends = AbortSignal.any([done.signal, limit, ...(signal ? [signal] : [])]);
    const news = new News();
    const following = this.follow(id, news, ends);
    try {
      for (let asked = 1; ; asked += 1) {
        const upload = await this.get(id, { signal: ends });
        if (upload.status === 'ready') return upload;
        if (finalStatuses.has(upload.status)) throw new UploadNotReady(upload);
        await news.next(news.isLive ? netMs : backoffMs(asked, pollBaseMs, pollMaxMs), ends);
      }
    } finally {
      done.abort();
      await following;
    }
  }

  /** Reports every event of the upload to `news`, until the signal aborts or the stream fails. */
  private async follow(uploadId: string, news: News, signal: AbortSignal): Promise<void> {
    try {
      for await (const _ of this.events.stream({ uploadId, signal })) news.tell();
    } catch {
      // Falls back to polling, which also surfaces any error of the api.
      news.isLive = false;
    }
  }
}

/** Wakes the waiting caller when an event arrives. */
class News {
  isLive = false;
  private wake: () => void = () => undefined;
  private isWaiting = false;

  tell(): void {
    this.isLive = true;
    this.isWaiting = true;
    this.wake();
  }

  /** Resolves when there has been an event since the last call, or after `ms`. */
  async next(ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.wake = () => woken.abort();
    if (!this.isWaiting) {
      const either = AbortSignal.any([woken.signal, signal]);
      await wait(ms, either).catch(() => signal.throwIfAborted());
    }
    this.isWaiting = false;
  }
}
