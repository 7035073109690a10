import { describe, expect, test } from 'vitest';
import { parsePipelines } from './load-pipelines.js';
import type { Matchable } from './match-schema.js';
import { planRenditions } from './plan-renditions.js';

const upload: Matchable = {
  bucket: 'uploads',
  objectKey: 'users/7/avatar.png',
  kind: 'image',
  mimeType: 'image/png',
  vars: { tenant: 'acme' },
  sizeBytes: 1_000,
};

/** The names of the pipelines that `match` lets take the upload, of which there is one, or none. */
function takes(match: string, more: Partial<Matchable> = {}): boolean {
  const file = parsePipelines(
    `{ version: 1, pipelines: [{ name: p, match: { kind: image, ${match} }, renditions: [{ name: a, kind: image, width: 1 }] }] }`,
    'p',
  );
  return planRenditions(file, { ...upload, ...more }) !== null;
}

describe('a pipeline matches on', () => {
  test.each<[match: string, wanted: boolean, more?: Partial<Matchable>]>([
    ['', true],
    ['', false, { kind: 'video' }],
    ['', false, { kind: 'other' }],
    ['mimeType: image/png', true],
    ['mimeType: image/jpeg', false],
    ['mimeType: image/*', true],
    ['mimeType: image/*', false, { mimeType: 'images/png' }],
    ['mimeType: [image/jpeg, image/png]', true],
    ['bucket: uploads', true],
    ['bucket: upload', false],
    ['bucket: [other, uploads]', true],
    ['prefix: users/', true],
    ['prefix: [a/, b/]', false],
    ['key: users/*/avatar.*', true],
    ['key: "*.png"', false],
    ['key: [x, "**.png"]', true],
    ['vars: { tenant: acme }', true],
    ['vars: { tenant: [other, acme] }', true],
    ['vars: { tenant: other }', false],
    ['vars: { tenant: acme, role: admin }', false],
    ['vars: { toString: x }', false],
    ['minBytes: 1000, maxBytes: 1000', true],
    ['minBytes: 1001', false],
    ['maxBytes: 999', false],
    ['bucket: uploads, prefix: users/, key: "**.jpg"', false],
  ])('{ %s }: %s', (match, wanted, more) => {
    expect(takes(match, more)).toBe(wanted);
  });
});

const several = parsePipelines(
  `
version: 1
pipelines:
  - name: all
    match: { kind: image }
    continue: true
    keepLocation: true
    renditions:
      - { name: best, kind: image, width: 100, format: avif }
      - { name: thumb, kind: image, width: 100 }
  - name: acme
    match: { kind: image, vars: { tenant: acme } }
    renditions: [{ name: large, kind: image, width: 500, format: keep }]
  - name: others
    match: { kind: image }
    renditions: [{ name: large, kind: image, width: 300 }]
  - name: acme
    match: { kind: audio }
    renditions: [{ name: sound, kind: audio }]
`,
  'p',
);
const planned = (more: Partial<Matchable> = {}, name?: string) => {
  const plan = planRenditions(several, { ...upload, ...more }, name);
  return plan && { ...plan, renditions: plan.renditions.map(({ name, job }) => `${name} ${job}`) };
};

test('the first match is the one, and those below it while they continue', () => {
  const first = ['best upload.render', 'thumb upload.process'];
  expect(planned()).toEqual({
    pipeline: 'all+acme',
    keepLocation: true,
    damaged: 'repair',
    renditions: [...first, 'large upload.process'],
  });
  expect(planned({ vars: {} })).toMatchObject({ pipeline: 'all+others' });
  expect(planned({ kind: 'audio', mimeType: 'audio/aac' })).toEqual({
    pipeline: 'acme',
    keepLocation: false,
    damaged: 'fail',
    renditions: ['sound upload.transcode'],
  });
});

test('a ticket chooses one pipeline for its kind, whatever else matches', () => {
  expect(planned({ vars: {} }, 'acme')).toMatchObject({
    pipeline: 'acme',
    renditions: ['large upload.process'],
  });
  expect(planned({ kind: 'video' }, 'acme')).toBeNull();
});

test('an AVIF that keeps its format is made in the job of the AVIFs', () => {
  expect(planned({ mimeType: 'image/avif' }, 'acme')?.renditions).toEqual(['large upload.render']);
});

test('what seeks through a video is made behind its poster, what decodes it whole in a queue of its own', () => {
  const video = parsePipelines(
    `
version: 1
pipelines:
  - name: videos
    match: { kind: video }
    renditions:
      - { name: poster, kind: poster }
      - { name: preview, kind: preview }
      - { name: board, kind: storyboard }
      - { name: sound, kind: audio }
      - { name: wave, kind: waveform }
`,
    'p',
  );
  const plan = planRenditions(video, { ...upload, kind: 'video' });
  expect(plan?.renditions.map(({ job }) => job)).toEqual([
    'upload.process',
    'upload.render',
    'upload.render',
    'upload.transcode',
    'upload.transcode',
  ]);
});
