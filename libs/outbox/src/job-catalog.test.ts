import { expect, test } from 'vitest';
import { jobCatalog, jobIdOf, priorityOf, readJobId } from './job-catalog.js';

const uploadId = '0198b0a0-0000-7000-8000-000000000000';
const planId = '0198b0a0-0000-7000-8000-000000000001';
const otherPlanId = '0198b0a0-0000-7000-8000-000000000002';
const whole = { v: 1, uploadId, planId } as const;

test('the same work has the same id, other work another', () => {
  const ids = [
    jobIdOf('upload.transcode', { v: 1, uploadId }),
    jobIdOf('upload.join', whole),
    jobIdOf('upload.join', { ...whole, planId: otherPlanId }),
    jobIdOf('upload.chunk', { ...whole, position: 1 }),
    jobIdOf('upload.chunk', { ...whole, position: 2 }),
    jobIdOf('upload.chunk', { ...whole, position: 2, planId: otherPlanId }),
    jobIdOf('upload.try', { v: 1, uploadId, trialId: planId }),
    jobIdOf('upload.try', { v: 1, uploadId, trialId: otherPlanId }),
  ];
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => id.includes(uploadId) && !id.includes(':'))).toBe(true);
  expect(jobIdOf('upload.chunk', { position: 2, ...whole })).toBe(ids[4]);
});

test('the same work has the same id however urgent it is', () => {
  expect(jobIdOf('upload.process', { v: 1, uploadId, urgency: 'again' })).toBe(
    jobIdOf('upload.process', { v: 1, uploadId }),
  );
});

test('chunks wait behind fresh short videos, and those of what is made again behind all that is fresh', () => {
  const chunk = priorityOf('upload.chunk', { ...whole, position: 0 });
  const again = priorityOf('upload.chunk', { ...whole, position: 0, urgency: 'again' });
  expect(chunk).toBeGreaterThan(priorityOf('upload.transcode', { v: 1, uploadId }));
  expect(again).toBeGreaterThan(chunk);
  expect(priorityOf('upload.join', whole)).toBeLessThan(chunk);
});

test('what nobody vouches for waits behind what somebody does, and before what takes long', () => {
  const unproven = priorityOf('upload.process', { v: 1, uploadId, urgency: 'unproven' });
  expect(unproven).toBeGreaterThan(priorityOf('upload.process', { v: 1, uploadId }));
  expect(unproven).toBeLessThan(priorityOf('upload.render', { v: 1, uploadId, urgency: 'unproven' }));
});

test.each([-1, 0.5, Number.NaN])('a chunk has no position %d', (position) => {
  expect(jobCatalog['upload.chunk'].payload.safeParse({ ...whole, position }).success).toBe(false);
});

test('an id says which job of which upload it is; one of a job that is not known says nothing', () => {
  expect(readJobId(jobIdOf('upload.process', { v: 1, uploadId }))).toEqual({
    job: 'upload.process',
    uploadId,
  });
  expect(readJobId(jobIdOf('upload.chunk', { ...whole, position: 1 }))).toEqual({
    job: 'upload.chunk',
    uploadId,
  });
  expect(readJobId(`upload.dream.${uploadId}`)).toBeNull();
  expect(readJobId('upload.process')).toBeNull();
  expect(readJobId('')).toBeNull();
});
