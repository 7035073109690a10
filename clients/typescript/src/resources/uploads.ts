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
  /** 600,000 ms by default; the error is then a `TimeoutError`. */
  readonly timeoutMs?: number;
}

/** An upload that will not become ready: it failed, nothing wants it, or it was deleted. */
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
/** While events arrive, polling is only the net beneath them. */
const netMs = 15_000;
const finalStatuses = new Set<Upload['status']>(['ready', 'failed', 'ignored', 'deleted']);

/** What was uploaded, and what became of it. */
export class Uploads {
  constructor(
    private readonly transport: Transport,
    private readonly events: Events,
  ) {}

  /** Lists uploads, newest first unless the query says otherwise. With `fields`, only these of each. */
  list(query?: UploadQuery & { fields?: never }, options?: CallOptions): Pages<Upload, UploadPage>;
  list(query: UploadQuery, options?: CallOptions): Pages<PartialUpload, PartialUploadPage>;
  list(
    query: UploadQuery = {},
    options?: CallOptions,
  ): Pages<Upload, UploadPage> | Pages<PartialUpload, PartialUploadPage> {
    return new Pages<PartialUpload, PartialUploadPage>(
      (cursor) => {
        const paged = cursor === undefined ? query : { ...query, cursor };
        // Without `fields` the items are whole.
        return this.transport.call(operations.listUploads, { query: paged }, options) as Promise<UploadPage>;
      },
      ({ nextCursor }) => nextCursor,
    );
  }

  get(id: string, options?: CallOptions): Promise<Upload> {
    return this.transport.call(operations.getUpload, { path: { id } }, options);
  }

  /** Gets an upload with its entity tag, for `ifMatch` of a change. It is not `etag`, which is OSS's tag of the object. */
  async getWithTag(id: string, options?: CallOptions): Promise<{ upload: Upload; tag: string }> {
    const { body, tag } = await this.transport.callForTag(operations.getUpload, { path: { id } }, options);
    return { upload: body, tag };
  }

  /** Gives a signed URL of what was uploaded. */
  original(id: string, options?: CallOptions): Promise<Original> {
    return this.transport.call(operations.getOriginal, { path: { id } }, options);
  }

  /** Changes what your backend keeps with an upload; see `UploadPatch`. */
  update(id: string, patch: UploadPatch, options?: ChangeOptions): Promise<Upload> {
    return this.transport.call(operations.updateUpload, { path: { id }, body: patch }, options);
  }

  /** Cancels its pending renditions. */
  cancel(id: string, options?: CallOptions): Promise<Upload> {
    return this.transport.call(operations.cancelUpload, { path: { id } }, options);
  }

  /** Makes renditions again that are missing, have failed or differ from the pipelines file. */
  reprocess(id: string, request: ReprocessRequest = {}, options?: CallOptions): Promise<Upload> {
    return this.transport.call(operations.reprocessUpload, { path: { id }, body: request }, options);
  }

  /** Deletes the upload and what was made from it; the original stays. */
  delete(id: string, options?: ChangeOptions): Promise<Upload> {
    return this.transport.call(operations.deleteUpload, { path: { id } }, options);
  }

  /**
   * Waits until an upload is ready, and returns it. Woken by the event stream; where that cannot be
   * had, it asks every few seconds.
   * @throws UploadNotReady, LandfallProblem, LandfallUnreachable, a `TimeoutError`, and the reason of
   * the signal
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

  /** Tells of every event of the upload until the signal ends it, or there are no events to be had. */
  private async follow(uploadId: string, news: News, signal: AbortSignal): Promise<void> {
    try {
      for await (const _ of this.events.stream({ uploadId, signal })) news.tell();
    } catch {
      // Without a stream it goes on by asking; and what is wrong with the api, asking tells too.
      news.isLive = false;
    }
  }
}

/** Wakes whoever waits for it. */
class News {
  isLive = false;
  private wake: () => void = () => undefined;
  private isWaiting = false;

  tell(): void {
    this.isLive = true;
    this.isWaiting = true;
    this.wake();
  }

  /** Resolves when there is news since the last call, or the time is over. */
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
