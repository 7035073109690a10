import { expect, test } from 'vitest';
import { bodyOf } from './payload.js';

const upload = {
  id: '0198b0a0-0000-7000-8000-000000000001',
  bucket: 'landfall',
  objectKey: '目录/a.jpg',
  status: 'ready',
  vars: { note: 'x' },
};
const event = {
  id: '0198b0a0-0000-7000-8000-000000000000',
  type: 'upload.ready' as const,
  uploadId: upload.id,
  createdAt: new Date('2026-01-15T08:30:00.123Z'),
};

test('a body is the event as every reader of the log gets it', () => {
  expect(JSON.parse(bodyOf({ ...event, data: { upload, renditions: [] } }))).toEqual({
    id: event.id,
    type: 'upload.ready',
    uploadId: upload.id,
    timestamp: '2026-01-15T08:30:00.123Z',
    data: { upload, renditions: [] },
  });
});

test.each([
  ['vars', { upload: { ...upload, vars: { note: '目'.repeat(7_000) } } }],
  ['renditions', { upload, renditions: Array.from({ length: 500 }, () => ({ name: 'x'.repeat(60) })) }],
  ['something that is no upload', { upload: null, words: 'x'.repeat(30_000) }],
])('a body that would be too large by its %s says so and finds the rest', (_, data) => {
  const body = bodyOf({ ...event, data });
  expect(Buffer.byteLength(body)).toBeLessThan(20_000);
  const { vars: _vars, ...kept } = upload;
  expect(JSON.parse(body)).toMatchObject({
    id: event.id,
    uploadId: upload.id,
    data: { upload: data.upload ? kept : {}, truncated: true },
  });
});
