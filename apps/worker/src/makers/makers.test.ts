import { renditionKinds, sourceKinds } from '#media';
import { kinds, parsePipelines, planRenditions } from '#pipelines';
import { expect, test } from 'vitest';
import { makers } from './makers.js';

/** What the jobs of an upload have at hand. */
const pictures = { 'upload.process': 'picture', 'upload.render': 'picture', 'upload.transcode': null };
const films = { 'upload.process': 'ranges', 'upload.render': 'ranges', 'upload.transcode': 'original' };
const atHand = { image: pictures, document: pictures, video: films, audio: films };

const pairs = renditionKinds.flatMap((rendition) =>
  sourceKinds.filter((kind) => kinds[rendition].madeOf.includes(kind)).map((kind) => ({ rendition, kind })),
);

test.each(pairs)('$rendition of $kind is made from what its job has at hand', ({ rendition, kind }) => {
  const spec = `{ name: a, kind: ${rendition}${rendition === 'image' ? ', width: 100' : ''} }`;
  const file = `{ version: 1, pipelines: [{ name: p, match: { kind: ${kind} }, renditions: [${spec}] }] }`;
  const upload = { bucket: 'b', objectKey: 'k', kind, mimeType: `${kind}/x`, vars: {}, sizeBytes: 1 };
  const [planned] = planRenditions(parsePipelines(file, 'p'), upload)?.renditions ?? [];
  expect(makers[rendition].from).toBe(planned && atHand[kind][planned.job]);
});
