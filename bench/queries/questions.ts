import { rareBucket, webhookId } from './fill-tables.js';

/** Ids for the requests, from various positions in the table. */
export interface Places {
  readonly newest: string;
  readonly middle: string;
  readonly oldest: string;
  /** A hundred ids spread over the table. */
  readonly ids: readonly string[];
  /** An upload with a perceptual hash. */
  readonly comparable: string;
  readonly ticket: string;
  readonly eventMiddle: string;
  readonly eventUpload: string;
}

/** One API request, chosen so that it may have to scan a lot. */
export interface Question {
  readonly name: string;
  readonly path: string;
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: object;
  /** The expected status, if not 200. */
  readonly status?: number;
}

const dayMs = 86_400_000;

/** Requests for every API operation that reads or changes a growing table. */
export function questionsOf(places: Places, now: number): Question[] {
  const uploads = (name: string, words: Record<string, string>): Question => ({
    name: `uploads: ${name}`,
    path: `/v1/uploads?${new URLSearchParams(words)}`,
  });
  const daysAgo = (days: number) => new Date(now - days * dayMs).toISOString();
  const cursor = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
  return [
    uploads('newest', {}),
    uploads('oldest first', { sort: 'createdAt' }),
    uploads('200 a page', { limit: '200' }),
    uploads('some fields', { fields: 'status,objectKey' }),
    uploads('a page from the middle', { cursor: cursor(places.middle) }),
    uploads('a page near the end', { cursor: cursor(places.oldest) }),
    uploads('a range of time', { createdAfter: daysAgo(200), createdBefore: daysAgo(199) }),
    ...['stored', 'processing', 'ready', 'failed', 'ignored', 'deleted'].map((status) =>
      uploads(`status ${status}`, { status }),
    ),
    uploads('status failed, ignored', { status: 'failed,ignored' }),
    uploads('status failed, oldest first', { status: 'failed', sort: 'createdAt' }),
    uploads('status failed, near the end', { status: 'failed', cursor: cursor(places.oldest) }),
    ...['image', 'video', 'audio', 'document', 'other'].map((kind) => uploads(`kind ${kind}`, { kind })),
    uploads('kind other, status failed', { kind: 'other', status: 'failed' }),
    uploads('kind audio, status failed', { kind: 'audio', status: 'failed' }),
    uploads('errorCode of all that failed', { errorCode: 'media.not_readable' }),
    uploads('errorCode that none has', { errorCode: 'media.damaged' }),
    uploads('bucket', { bucket: 'landfall-bench' }),
    uploads('bucket, rare and old', { bucket: rareBucket }),
    uploads('bucket that has none', { bucket: 'nothing-here' }),
    uploads('prefix of one user', { bucket: 'landfall-bench', prefix: 'users/4242/' }),
    uploads('prefix of one user in any bucket', { prefix: 'users/4242/' }),
    uploads('prefix of a tenth', { bucket: 'landfall-bench', prefix: 'users/1' }),
    uploads('prefix that none has', { bucket: 'landfall-bench', prefix: 'nobody/' }),
    uploads('prefix that none has, in any bucket', { prefix: 'nobody/' }),
    uploads('current', { current: 'true' }),
    uploads('not current', { current: 'false' }),
    uploads('var of one user', { 'var.user_id': '4242' }),
    uploads('var of a twelfth', { 'var.album': 'Summer 3' }),
    uploads('var that none has', { 'var.user_id': 'nobody' }),
    uploads('var and status', { 'var.user_id': '4242', status: 'ready' }),
    uploads('tag', { tag: 'tag-25' }),
    uploads('label', { 'label.shop': '4201' }),
    uploads('a hundred ids', { ids: places.ids.join() }),
    uploads('near duplicates', { similarTo: places.comparable }),
    uploads('near duplicates, distance 11', { similarTo: places.comparable, distance: '11' }),
    { name: 'upload', path: `/v1/uploads/${places.middle}` },
    { name: 'upload: original', path: `/v1/uploads/${places.middle}/original` },
    { name: 'ticket', path: `/v1/tickets/${places.ticket}` },
    {
      name: 'ticket: issue',
      path: '/v1/tickets',
      method: 'POST',
      body: { fileName: 'a.jpg' },
      status: 201,
    },
    {
      name: 'upload: update',
      path: `/v1/uploads/${places.middle}`,
      method: 'PATCH',
      body: { title: 'T' },
    },
    {
      name: 'upload: reprocess',
      path: `/v1/uploads/${places.oldest}/reprocess`,
      method: 'POST',
      status: 202,
    },
    { name: 'upload: cancel', path: `/v1/uploads/${places.oldest}/cancel`, method: 'POST' },
    { name: 'queues', path: '/v1/queues' },
    { name: 'workers', path: '/v1/workers' },
    { name: 'callbacks that were refused', path: '/v1/callbacks/refused' },
    ...['stats', 'failures'].flatMap((what) =>
      [1, 30, 365].map((days) => ({
        name: `${what} of ${days} days`,
        path: `/v1/${what}?${new URLSearchParams({ createdAfter: daysAgo(days) })}`,
      })),
    ),
    { name: 'events: beginning', path: '/v1/events?limit=200' },
    { name: 'events: from the middle', path: `/v1/events?limit=200&after=${places.eventMiddle}` },
    {
      name: 'events: of a type',
      path: `/v1/events?limit=200&type=upload.failed&after=${places.eventMiddle}`,
    },
    { name: 'events: of one upload', path: `/v1/events?limit=200&uploadId=${places.eventUpload}` },
    { name: 'events: by var', path: `/v1/events?limit=200&var.user_id=4242` },
    { name: 'webhooks', path: '/v1/webhooks' },
    { name: 'deliveries: newest', path: `/v1/webhooks/${webhookId}/deliveries?limit=200` },
    ...['pending', 'delivered', 'failed'].map((state) => ({
      name: `deliveries: ${state}`,
      path: `/v1/webhooks/${webhookId}/deliveries?state=${state}`,
    })),
    {
      name: 'deliveries: failed of a rare type',
      path: `/v1/webhooks/${webhookId}/deliveries?state=failed&type=upload.failed`,
    },
    {
      name: 'deliveries: of a rare type',
      path: `/v1/webhooks/${webhookId}/deliveries?type=webhook.disabled`,
    },
    {
      name: 'deliveries: a day',
      path: `/v1/webhooks/${webhookId}/deliveries?${new URLSearchParams({ since: daysAgo(20), until: daysAgo(19) })}`,
    },
    { name: 'delivery', path: `/v1/webhooks/${webhookId}/deliveries/${places.eventMiddle}` },
    {
      name: 'deliveries: replay a range',
      path: `/v1/webhooks/${webhookId}/replay`,
      method: 'POST',
      body: { since: daysAgo(20), until: daysAgo(19) },
      status: 202,
    },
    { name: 'upload: delete', path: `/v1/uploads/${places.oldest}`, method: 'DELETE' },
  ];
}
