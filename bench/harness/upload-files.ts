import { pause } from '#runtime';
import OSS from 'ali-oss';
import type { Client } from 'pg';
import { benchBucket } from './target.js';
import type { BenchStack } from './stack.js';

const callbackBody =
  'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}' +
  '&imageInfo.height=${imageInfo.height}&imageInfo.width=${imageInfo.width}&imageInfo.format=${imageInfo.format}';

/** Uploads files as an app would. */
export class Uploader {
  private readonly client: OSS;

  constructor(private readonly stack: BenchStack) {
    // Path style; the type declarations of ali-oss lack this option.
    const options = {
      ...stack.oss,
      bucket: benchBucket,
      sldEnable: true,
      authorizationV4: true,
      // Enough for a file of 4 GB.
      timeout: 300_000,
    };
    this.client = new OSS(options);
  }

  /** Uploads a file and returns the upload id from Landfall's response to the callback, which OSS passes on. */
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
  /** Poll interval in milliseconds: short enough to be accurate, long enough not to affect the measurement. */
  readonly everyMs: number;
}

/**
 * Polls until the query, which returns one boolean `done`, is true.
 * @returns the elapsed time in milliseconds
 */
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

/**
 * Waits until the first rendition of an upload is ready.
 * @returns the elapsed time in milliseconds
 * @throws Error after the time limit
 */
export function waitForFirstRendition(database: Client, id: string, waited: Waited): Promise<number> {
  const text = `SELECT EXISTS (SELECT FROM renditions WHERE upload_id = $1 AND status = 'ready') AS done`;
  return waitFor(database, { name: 'first rendition', text, values: [id] }, waited);
}

/**
 * Waits until all of these uploads are ready.
 * @returns the elapsed time in milliseconds
 * @throws Error if one fails or is ignored, or after the time limit
 */
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

/** @throws Error unless every upload has exactly `each` ready renditions */
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
