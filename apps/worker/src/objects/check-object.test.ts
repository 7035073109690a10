import type { Upload } from '#uploads';
import { describe, expect, test } from 'vitest';
import { clockSkewMs, refuseOther } from './check-object.js';

const landedAt = new Date('2026-11-28T12:00:00Z');
const etag = 'D41D8CD98F00B204E9800998ECF8427E';
const minutes = (count: number) => new Date(landedAt.getTime() + count * 60_000);
const headAt = (count: number, more = {}) => ({
  etag,
  sizeBytes: 10,
  mimeType: 'image/png',
  lastModified: minutes(count),
  clockAheadMs: 0,
  ...more,
});
const landing = (more: Partial<Upload> = {}) =>
  ({
    etag,
    sizeBytes: '10',
    proof: null,
    source: 'callback',
    confirmedAt: null,
    createdAt: landedAt,
    ...more,
  }) as Upload;
const check = (upload: Upload, head = headAt(0), ticket: { createdAt: Date } | null = null) => {
  try {
    refuseOther(upload, head, ticket);
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a landing is confirmed by the version that it told of', () => {
  const unknown = { etag: null, sizeBytes: null };
  test.each<[string, Upload, ReturnType<typeof headAt>, string]>([
    ['as told', landing(), headAt(0), 'taken'],
    ['as told, with a clock that is ten minutes behind', landing(), headAt(-10), 'taken'],
    ['as told, with a clock that is ten minutes ahead', landing(), headAt(10), 'taken'],
    ['without ETag, with a clock that is ten minutes behind', landing(unknown), headAt(-10), 'taken'],
    ['without ETag, with a clock that is ten minutes ahead', landing(unknown), headAt(10), 'taken'],
    ['another ETag', landing({ etag: 'A'.repeat(32) }), headAt(0), 'object.changed'],
    ['another size', landing({ sizeBytes: '11' }), headAt(0), 'object.size_mismatch'],
    ['an old object, as told', landing(), headAt(-16), 'object.unconfirmed'],
    ['an old object, without ETag', landing(unknown), headAt(-60 * 24), 'object.unconfirmed'],
    ['a version of after the callback, without ETag', landing(unknown), headAt(16), 'object.changed'],
    ['the same version, stored again later', landing(), headAt(60), 'taken'],
    ['an old object by whoever knows our URL', landing({ proof: 'url' }), headAt(-60 * 24), 'taken'],
    ['an old object that we found ourselves', landing({ source: 'reconcile' }), headAt(-60 * 24), 'taken'],
    ['an event that waited for six days', landing({ source: 'event' }), headAt(-60 * 24 * 6), 'taken'],
    ['an event of an old object', landing({ source: 'event' }), headAt(-60 * 24 * 8), 'object.unconfirmed'],
    ['an old object that is confirmed already', landing({ confirmedAt: landedAt }), headAt(-60), 'taken'],
    [
      'the parts of a multipart upload that took a day',
      landing({ etag: 'AB-12' }),
      headAt(-60 * 24, { etag: 'AB-12' }),
      'taken',
    ],
  ])('%s', (_, upload, head, outcome) => {
    expect(check(upload, head)).toBe(outcome);
  });
});

test('a ticket vouches for what was stored after it was issued, and for nothing older', () => {
  const upload = landing({ proof: 'ticket', etag: null, sizeBytes: null });
  const ticket = { createdAt: minutes(-300) };
  expect(check(upload, headAt(-299), ticket)).toBe('taken');
  expect(check(upload, headAt(-300 - clockSkewMs / 60_000 - 1), ticket)).toBe('object.unconfirmed');
  expect(check(upload, headAt(16), ticket)).toBe('object.changed');
});
