import { expect, test } from 'vitest';
import { againJobOf, isAgain, jobCatalog, jobIdOf, priorityOf } from './job-catalog.js';

const uploadId = '0198b0a0-0000-7000-8000-000000000000';
const whole = { v: 1, uploadId, forJob: 'upload.transcode' } as const;

test('the same work has the same id, other work another', () => {
  const ids = [
    jobIdOf('upload.transcode', { v: 1, uploadId }),
    jobIdOf('upload.join', whole),
    jobIdOf('upload.join', { ...whole, forJob: 'upload.retranscode' }),
    jobIdOf('upload.chunk', { ...whole, position: 1 }),
    jobIdOf('upload.chunk', { ...whole, position: 2 }),
    jobIdOf('upload.chunk', { ...whole, position: 2, forJob: 'upload.retranscode' }),
  ];
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => id.includes(uploadId) && !id.includes(':'))).toBe(true);
  expect(jobIdOf('upload.chunk', { position: 2, ...whole })).toBe(ids[4]);
});

test('chunks wait behind fresh short videos, and those of what is made again behind all that is fresh', () => {
  const chunk = priorityOf('upload.chunk', { ...whole, position: 0 });
  const again = priorityOf('upload.chunk', { ...whole, position: 0, forJob: 'upload.retranscode' });
  expect(chunk).toBeGreaterThan(priorityOf('upload.transcode', { v: 1, uploadId }));
  expect(again).toBeGreaterThan(chunk);
  expect(priorityOf('upload.join', whole)).toBeLessThan(chunk);
});

test('what is made again is made by the same job ever after', () => {
  expect(againJobOf('upload.transcode')).toBe('upload.retranscode');
  expect(againJobOf(againJobOf('upload.refine'))).toBe('upload.reprocess');
  expect(isAgain('upload.transcode')).toBe(false);
  expect(isAgain('upload.retranscode')).toBe(true);
});

test.each([-1, 0.5, Number.NaN])('a chunk has no position %d', (position) => {
  expect(jobCatalog['upload.chunk'].payload.safeParse({ ...whole, position }).success).toBe(false);
});
