import { pause } from '#runtime';
import OSS from 'ali-oss';
import type { Client } from 'pg';
import { benchBucket } from './target.js';
import type { BenchStack } from './stack.js';

const callbackBody =
  'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}' +
  '&imageInfo.height=${imageInfo.height}&imageInfo.width=${imageInfo.width}&imageInfo.format=${imageInfo.format}';

/** Uploads files as an app does. */
export class Uploader {
  private readonly client: OSS;

  constructor(private readonly stack: BenchStack) {
    // Path style; the client's types do not know it.
    const options = {
      ...stack.oss,
      bucket: benchBucket,
      sldEnable: true,
      authorizationV4: true,
      // A file of 4 GB takes its time.
      timeout: 300_000,
    };
    this.client = new OSS(options);
  }

  /** Gives the id that our answer to the callback holds, as OSS handed it through. */
  async upload(key: string, file: string): Promise<string> {
    const { data } = await this.client.put(key, file, {
      callback: {
        url: this.stack.callbackUrl,
        body: callbackBody,
        contentType: 'application/x-www-form-urlencoded',
        customValue: {},
      },
    });
    const { id } = data as { id?: unknown };
    if (typeof id !== 'string') throw new Error(`the callback was answered with ${JSON.stringify(data)}`);
    return id;
  }
}

interface Waited {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Milliseconds between two looks: often enough to be exact, seldom enough to take no core away from what is measured. */
  readonly everyMs: number;
}

/** Looks until the query, which gives one boolean `done`, says yes. @returns milliseconds */
async function waitFor(
  database: Client,
  query: { name: string; text: string; values: unknown[] },
  { signal, timeoutMs, everyMs }: Waited,
): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const { rows } = await database.query<{ done: boolean }>(query);
    const elapsedMs = performance.now() - startedAt;
    if (rows[0]?.done) return elapsedMs;
    if (elapsedMs > timeoutMs) throw new Error(`${query.name}: not within ${timeoutMs} ms`);
    await pause(everyMs, signal);
  }
}

/** Milliseconds until the first rendition of an upload is ready. @throws Error when it takes too long */
export function waitForFirstRendition(database: Client, id: string, waited: Waited): Promise<number> {
  const text = `SELECT EXISTS (SELECT FROM renditions WHERE upload_id = $1 AND status = 'ready') AS done`;
  return waitFor(database, { name: 'first rendition', text, values: [id] }, waited);
}

/** Milliseconds until all of these uploads are ready. @throws Error when one fails or they take too long */
export async function waitUntilReady(
  database: Client,
  ids: readonly string[],
  waited: Waited,
): Promise<number> {
  const text = `SELECT count(*) FILTER (WHERE status IN ('ready', 'failed', 'ignored')) = $2 AS done
                FROM uploads WHERE id = ANY($1::uuid[])`;
  const elapsedMs = await waitFor(database, { name: 'all ready', text, values: [ids, ids.length] }, waited);
  const { rows } = await database.query<{ id: string; status: string; error_message: string | null }>(
    `SELECT id, status, error_message FROM uploads WHERE id = ANY($1::uuid[]) AND status <> 'ready' LIMIT 1`,
    [ids],
  );
  const [failed] = rows;
  if (failed) throw new Error(`upload ${failed.id} is ${failed.status}: ${failed.error_message ?? ''}`);
  return elapsedMs;
}

/** @throws Error unless every upload has as many renditions in the store as `each` says */
export async function checkRenditions(database: Client, ids: readonly string[], each: number): Promise<void> {
  const { rows } = await database.query<{ upload_id: string; made: number }>(
    `SELECT upload_id, count(*)::int AS made FROM renditions
     WHERE upload_id = ANY($1::uuid[]) AND status = 'ready' AND size_bytes > 0 GROUP BY upload_id`,
    [ids],
  );
  const wrong = rows.find((row) => row.made !== each);
  if (rows.length !== ids.length || wrong)
    throw new Error(`${rows.length} of ${ids.length} uploads have renditions; ${wrong?.made ?? each} each`);
}
