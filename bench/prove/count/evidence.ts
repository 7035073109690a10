import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import OSS from 'ali-oss';
import type { Client } from 'pg';

const rowsAtOnce = 1_000;

/** An object as listed by OSS. */
export interface StoredObject {
  readonly objectKey: string;
  /** Unquoted. */
  readonly etag: string;
}

/** The outcome of an upload for its client. */
export interface AnsweredUpload {
  readonly objectKey: string;
  readonly answer: string;
}

/** Evidence from outside Landfall. */
export interface Evidence {
  /** The objects in OSS. */
  readonly stored: AsyncIterable<StoredObject>;
  /** The outcomes that the clients saw. */
  readonly answered: AsyncIterable<AnsweredUpload>;
  /** The event ids that the webhook receiver got, one per delivery. */
  readonly received: AsyncIterable<string>;
}

/**
 * Loads the evidence into temporary tables, so that any amount can be compared with our tables. The tables exist
 * until the connection ends.
 */
export async function gatherEvidence(
  database: Client,
  { stored, answered, received }: Evidence,
): Promise<void> {
  await database.query(`
    CREATE TEMP TABLE IF NOT EXISTS stored (object_key text COLLATE "C" PRIMARY KEY, etag text);
    CREATE TEMP TABLE IF NOT EXISTS answered (object_key text COLLATE "C" PRIMARY KEY, answer text);
    CREATE TEMP TABLE IF NOT EXISTS received (event_id uuid);
    TRUNCATE stored, answered, received`);
  for await (const rows of inPages(stored)) {
    await database.query('INSERT INTO stored SELECT * FROM unnest($1::text[], $2::text[])', [
      rows.map(({ objectKey }) => objectKey),
      rows.map(({ etag }) => etag),
    ]);
  }
  for await (const rows of inPages(answered)) {
    await database.query('INSERT INTO answered SELECT * FROM unnest($1::text[], $2::text[])', [
      rows.map(({ objectKey }) => objectKey),
      rows.map(({ answer }) => answer),
    ]);
  }
  for await (const ids of inPages(received))
    await database.query('INSERT INTO received SELECT unnest($1::uuid[])', [ids]);
  await database.query('ANALYZE stored, answered, received');
}

/** All objects of a bucket, page by page. */
export async function* listObjects(client: OSS): AsyncGenerator<StoredObject> {
  for (let token: string | undefined; ;) {
    const page = await client.listV2(
      { 'max-keys': '1000', ...(token ? { 'continuation-token': token } : {}) },
      {},
    );
    for (const { name, etag } of page.objects ?? [])
      yield { objectKey: name, etag: etag.replaceAll('"', '') };
    token = page.nextContinuationToken;
    if (!token) return;
  }
}

/** Reads the lines written by the load. */
export async function* readAnswers(file: string): AsyncGenerator<AnsweredUpload> {
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const [objectKey = '', answer = ''] = line.split(' ');
    yield { objectKey, answer };
  }
}

/** Reads the lines written by the receiver. */
export async function* readReceived(file: string): AsyncGenerator<string> {
  yield* createInterface({ input: createReadStream(file) });
}

async function* inPages<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item[]> {
  let page: Item[] = [];
  for await (const item of items) {
    page.push(item);
    if (page.length < rowsAtOnce) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
