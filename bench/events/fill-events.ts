import type { Client } from 'pg';

/** The upload in the events of a small image: about 500 bytes. */
export function uploadOf(id: string) {
  return {
    id,
    bucket: 'bench',
    objectKey: 'users/42/photos/2026/holiday-at-the-sea.jpg',
    etag: '5EB63BBBE01EEED093CB22BB8F5ACDC3',
    sizeBytes: 184_320,
    mimeType: 'image/jpeg',
    kind: 'image',
    status: 'processing',
    title: null,
    tags: [] as string[],
    labels: {},
    vars: { user_id: '42', album: 'holidays' },
    ticketId: null,
    pipeline: 'images',
    error: null,
    createdAt: '2026-01-15T08:30:00.000Z',
  };
}

const data = { upload: uploadOf('01980000-0000-7000-8000-000000000000') };

/** One in a hundred events has this type; the others are `upload.processing`. */
export const rareType = 'upload.failed';

const type = `CASE WHEN n % 100 = 0 THEN '${rareType}' ELSE 'upload.processing' END`;

/** Records events of as many uploads, not yet placed, as the api and workers do. */
export async function recordMany(client: Client, count: number): Promise<void> {
  await client.query(
    `INSERT INTO events (id, type, upload_id, data)
     SELECT uuidv7(), ${type}, uuidv7(), $1 FROM generate_series(1, $2::int) AS n`,
    [data, count],
  );
}

/** Records events and places them after the existing ones. */
export async function placeMany(client: Client, count: number): Promise<void> {
  await client.query(
    `INSERT INTO events (id, type, upload_id, data, position)
     SELECT uuidv7(), ${type}, uuidv7(), $1, (SELECT coalesce(max(position), 0) FROM events) + n
     FROM generate_series(1, $2::int) AS n`,
    [data, count],
  );
}
