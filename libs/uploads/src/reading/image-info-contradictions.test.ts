import { expect, it } from 'vitest';
import { findContradictions } from './image-info-contradictions.js';
import type { ImageInfo } from '#media';
import { Upload } from '../rows/upload.entity.js';

const uploadOf = (imageInfo: ImageInfo | null, metadata: object) =>
  Object.assign(new Upload(), { imageInfo, metadata });
const facts = { width: 3000, height: 4000, orientation: 1, format: 'jpeg' };

it.each([
  ['the same', { width: 3000, height: 4000, format: 'JPG' }, facts],
  ['stored turned', { width: 4000, height: 3000, format: 'jpg' }, { ...facts, orientation: 6 }],
  ['told upright', { width: 3000, height: 4000, format: 'jpg' }, { ...facts, orientation: 6 }],
  ['turned within', { width: 4000, height: 3000, format: 'HEIC' }, { ...facts, format: 'heic' }],
  ['told nothing', { width: null, height: null, format: null }, facts],
  ['told only the format', { width: null, height: null, format: 'jpeg' }, facts],
  ['not told at all', null, facts],
  ['no image', { width: 1, height: 1, format: 'png' }, {}],
])('finds none: %s', (_, imageInfo, metadata) => {
  expect(findContradictions(uploadOf(imageInfo, metadata))).toEqual([]);
});

it('finds a size that is another', () => {
  expect(findContradictions(uploadOf({ width: 300, height: 4000, format: 'jpg' }, facts))).toEqual([
    { field: 'width', imageInfo: 300, found: 3000 },
  ]);
});

it('finds sides that are changed where no orientation changes them', () => {
  const swapped = uploadOf({ width: 4000, height: 3000, format: 'jpg' }, { ...facts, orientation: 3 });
  expect(findContradictions(swapped)).toEqual([
    { field: 'width', imageInfo: 4000, found: 3000 },
    { field: 'height', imageInfo: 3000, found: 4000 },
  ]);
});

it('compares sizes as they are stored', () => {
  const turned = uploadOf({ width: 4000, height: 2999, format: 'jpg' }, { ...facts, orientation: 8 });
  expect(findContradictions(turned)).toEqual([{ field: 'height', imageInfo: 2999, found: 3000 }]);
});

it('finds a format that is another', () => {
  expect(findContradictions(uploadOf({ width: 3000, height: 4000, format: 'png' }, facts))).toEqual([
    { field: 'format', imageInfo: 'png', found: 'jpeg' },
  ]);
});
