import { signal } from '@preact/signals';
import type { StreamedEvent, Upload, UploadField, UploadQuery } from '@landfall/client/browser';
import { keepUrls } from '../../parts/keep-urls.js';
import { client } from '../../session/session.js';
import { dayOf } from './upload-query.js';

const fields = [
  'id',
  'objectKey',
  'title',
  'kind',
  'status',
  'sizeBytes',
  'placeholder',
  'perceptualHash',
  'renditions',
  'createdAt',
] as const satisfies UploadField[];

/** The fields of an upload that the gallery shows. */
export type Shown = Pick<Upload, (typeof fields)[number] | 'distance'>;

/** An entry of the list, kept even when the upload itself is not in memory. */
export interface Entry {
  readonly id: string;
  /** The day of its landing in the user's time zone. */
  readonly day: string;
  readonly distance: number | undefined;
}

export interface ListState {
  readonly entries: readonly Entry[];
  readonly isEnded: boolean;
  readonly isLoading: boolean;
  /** The last error; nothing more is loaded until `retry`. */
  readonly problem: unknown;
  /** Whether there are new uploads, held back because inserting them would shift the visible rows. */
  readonly hasNews: boolean;
}

const empty: ListState = { entries: [], isEnded: false, isLoading: false, problem: null, hasNews: false };
const pageSize = 100;
const idsAtOnce = 100;
/** Beyond this number, only the entries of distant uploads are kept. */
const keptUploads = 1_000;
const catchUpMs = 500;
/** Limits reloads of an upload whose picture is missing from the bucket, for which no URL works. */
const renewedEveryMs = 60_000;

/**
 * The uploads of one query, loaded page by page as the user scrolls and kept up to date by events. Uploads far from
 * the viewport are evicted and loaded again by id when needed.
 */
export class UploadList {
  /** Replaced on each change, including changes to what `get` returns, so that its readers render again. */
  readonly state = signal<ListState>(empty);
  private cursor: string | undefined;
  private readonly shown = new Map<string, Shown>();
  private readonly known = new Set<string>();
  private readonly asked = new Set<string>();
  private readonly stale = new Set<string>();
  private readonly renewedAt = new Map<string, number>();
  private isBehind = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private reading = new AbortController();

  constructor(private readonly query: UploadQuery) {}

  get(id: string): Shown | undefined {
    return this.shown.get(id);
  }

  /** Stops loading, until `resume`. */
  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.reading.abort();
  }

  /** Continues after `close`: reloads the uploads in memory and checks for new ones. */
  resume(): void {
    this.reading = new AbortController();
    this.asked.clear();
    for (const id of this.shown.keys()) this.stale.add(id);
    this.isBehind = true;
    this.tell({ isLoading: false, problem: null });
    this.hear([]);
  }

  /** Starts over from the current first page. */
  restart(): void {
    this.close();
    this.reading = new AbortController();
    for (const kept of [this.shown, this.known, this.asked, this.stale]) kept.clear();
    this.cursor = undefined;
    this.isBehind = false;
    this.state.value = empty;
    void this.loadMore();
  }

  async loadMore(): Promise<void> {
    if (this.state.value.isLoading || this.state.value.isEnded) return;
    const { reading } = this;
    this.tell({ isLoading: true, problem: null });
    await this.read(async (signal) => {
      const { items, nextCursor } = await this.page(this.cursor, signal);
      this.append(items);
      this.cursor = nextCursor ?? undefined;
      this.tell({ isEnded: nextCursor === null });
    });
    if (reading === this.reading) this.tell({ isLoading: false });
  }

  /** Clears the error; the next rendering requests what is missing. */
  retry(): void {
    this.tell({ problem: null });
  }

  /** Reports which entries are visible: loads missing uploads, and the next page when near the end. */
  show(first: number, last: number): void {
    const { problem, entries } = this.state.value;
    if (problem !== null) return;
    if (last >= entries.length - pageSize / 2) void this.loadMore();
    const missing = entries
      .slice(Math.max(0, first), last + 1)
      .filter(({ id }) => !this.shown.has(id) && !this.asked.has(id));
    if (missing.length > 0) void this.fetch(missing.slice(0, idsAtOnce).map(({ id }) => id));
    if (this.shown.size > keptUploads) this.forget(first, last);
  }

  /** Reloads changed uploads, and the first page if there are new ones. */
  hear(events: readonly StreamedEvent[]): void {
    for (const { type, uploadId } of events) {
      if (type === 'rendition.progress' || uploadId === null) continue;
      if (this.known.has(uploadId)) this.stale.add(uploadId);
      else if (type !== 'upload.deleted') this.isBehind = true;
    }
    if (this.stale.size > 0 || this.isBehind) this.timer ??= setTimeout(() => void this.catchUp(), catchUpMs);
  }

  /** Reloads an upload whose URLs have expired. */
  renew(id: string): void {
    const now = Date.now();
    if (this.asked.has(id) || now - (this.renewedAt.get(id) ?? 0) < renewedEveryMs) return;
    this.renewedAt.set(id, now);
    this.shown.delete(id);
    void this.fetch([id]);
  }

  private async catchUp(): Promise<void> {
    const stale = [...this.stale].filter((id) => this.shown.has(id));
    this.stale.clear();
    for (const id of stale.slice(idsAtOnce)) this.shown.delete(id);
    if (stale.length > 0) await this.fetch(stale.slice(0, idsAtOnce));
    const isBehind = this.isBehind && this.isNewestFirst;
    this.isBehind = false;
    if (isBehind) await this.read(async (signal) => this.prepend((await this.page(undefined, signal)).items));
    this.timer = undefined;
    if (this.stale.size > 0 || this.isBehind) this.hear([]);
  }

  private get isNewestFirst(): boolean {
    return this.query.sort !== 'createdAt' && this.query.similarTo === undefined;
  }

  private async page(cursor: string | undefined, signal: AbortSignal) {
    const query = {
      ...this.query,
      fields: this.query.similarTo === undefined ? [...fields] : [...fields, 'distance' as const],
      limit: pageSize,
      ...(cursor === undefined ? {} : { cursor }),
    };
    const { value } = await client().uploads.list(query, { signal }).pages().next();
    signal.throwIfAborted();
    const { items = [], nextCursor = null } = value ?? {};
    return { items: items as Shown[], nextCursor };
  }

  private async fetch(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.asked.add(id);
    await this.read(async (signal) => {
      const { value } = await client()
        .uploads.list({ ids: [...ids], fields: [...fields] }, { signal })
        .pages()
        .next();
      const found = new Map((value?.items as Shown[] | undefined)?.map((one) => [one.id, one]));
      for (const id of ids) {
        const upload = found.get(id);
        if (upload && this.wants(upload)) this.keep(upload);
        else this.remove(id);
      }
    });
    for (const id of ids) this.asked.delete(id);
  }

  private wants({ status }: Shown): boolean {
    return this.query.status?.includes(status) ?? status !== 'deleted';
  }

  private append(items: readonly Shown[]): void {
    const fresh = items.filter(({ id }) => !this.known.has(id));
    for (const one of items) this.keep(one);
    this.tell({ entries: [...this.state.value.entries, ...fresh.map(entryOf)] });
  }

  /** Inserts new uploads among the entries, which are ordered by id like the pages. */
  private prepend(items: readonly Shown[]): void {
    const { entries, isEnded } = this.state.value;
    const isConnected = entries.length === 0 || items.some(({ id }) => this.known.has(id));
    const oldest = isEnded ? '' : (entries.at(-1)?.id ?? '');
    const fresh = items.filter(({ id }) => !this.known.has(id) && id > oldest);
    if (fresh.length === 0) return;
    if (scrollY > innerHeight / 2) this.tell({ hasNews: true });
    else if (isConnected) {
      for (const one of fresh) this.keep(one);
      const added = fresh.map(entryOf);
      const newest = added.at(-1)?.id ?? '';
      const at = entries.findIndex(({ id }) => id < newest);
      const end = at === -1 ? entries.length : at;
      const head = [...added, ...entries.slice(0, end)].sort((one, other) => (one.id < other.id ? 1 : -1));
      this.tell({ entries: [...head, ...entries.slice(end)] });
    } else this.restart();
  }

  private keep(one: Shown): void {
    this.known.add(one.id);
    const renditions = keepUrls(this.shown.get(one.id)?.renditions, one.renditions);
    this.shown.set(one.id, { ...one, renditions });
  }

  private remove(id: string): void {
    this.shown.delete(id);
    this.known.delete(id);
    this.tell({ entries: this.state.value.entries.filter((entry) => entry.id !== id) });
  }

  private forget(first: number, last: number): void {
    const near = new Set(
      this.state.value.entries
        .slice(Math.max(0, first - keptUploads / 4), last + keptUploads / 4)
        .map(({ id }) => id),
    );
    for (const id of this.shown.keys()) if (!near.has(id)) this.shown.delete(id);
  }

  /** Runs a request and stores its error in `problem`, unless it was aborted. */
  private async read(ask: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.reading;
    try {
      await ask(signal);
    } catch (problem) {
      if (!signal.aborted) this.tell({ problem });
    }
    if (!signal.aborted) this.tell();
  }

  private tell(change: Partial<ListState> = {}): void {
    this.state.value = { ...this.state.value, ...change };
  }
}

function entryOf({ id, createdAt, distance }: Shown): Entry {
  return { id, day: dayOf(createdAt), distance };
}
