import { expect, test } from 'vitest';
import { hashSpec } from './hash-spec.js';
import { loadPipelines } from './load-pipelines.js';
import { renditionSchema } from './kinds/index.js';

const hashOf = (spec: object) => hashSpec(renditionSchema.parse(spec));
const image = { name: 'a', kind: 'image', width: 100, height: 50 };

test('the specs of pipelines.yaml have the hashes of the first version, by which their objects are called', () => {
  const specs = loadPipelines('pipelines.yaml').pipelines.flatMap(({ renditions }) => renditions);
  expect(Object.fromEntries(specs.map((spec) => [spec.name, hashSpec(spec)]))).toEqual({
    'thumb-320': 'a69d4767e6d4',
    'thumb-640': '0fb5977abba8',
    'thumb-1280': '3f77db67e715',
    poster: '4ca272d0c434',
    stream: 'a76a8aa56e5c',
    download: 'aa3c7bb7537b',
    audio: '97a7d4c92b65',
  });
});

test.each([
  [
    { name: 'a', kind: 'image', width: 100, height: 50, fit: 'cover', format: 'jpeg', quality: 70 },
    '6739658ca469',
  ],
  [{ name: 'a', kind: 'image', width: 100 }, '72e02953e0b0'],
  [{ name: 'p', kind: 'poster' }, '2d73cb4eb132'],
  [{ name: 's', kind: 'audio' }, '35cd20c0f3e6'],
  [{ name: 'p', kind: 'preview' }, '046ac4b20611'],
  [{ name: 'b', kind: 'storyboard' }, '2c579a84f1e9'],
  [{ name: 'w', kind: 'waveform' }, '9bda06247370'],
])('%j has the hash of the first version', (spec, hash) => {
  expect(hashOf(spec)).toBe(hash);
});

test.each([
  [
    { ...image },
    {
      ...image,
      fit: 'inside',
      position: 'centre',
      enlarge: false,
      animated: false,
      sharpen: 0,
      keepOriginal: false,
    },
  ],
  [
    { ...image, background: '#FFF' },
    { ...image, background: '#ffffff' },
  ],
  [
    { ...image, watermark: { text: 'x' } },
    { ...image, watermark: { opacity: 0.5, gravity: 'southeast', text: 'x', color: '#FFFFFF', width: 0.25 } },
  ],
  [
    { name: 's', kind: 'hls', heights: [480, 720, 720] },
    { kind: 'hls', heights: [720, 480], name: 's' },
  ],
  [
    { name: 's', kind: 'audio' },
    { name: 's', kind: 'audio', codec: 'aac', normalize: false },
  ],
  [
    { name: 'p', kind: 'preview' },
    { name: 'p', kind: 'preview', seconds: 6, frameRate: 10, width: 320, format: 'webp', quality: 60 },
  ],
  [
    { name: 's', kind: 'hls' },
    {
      name: 's',
      kind: 'hls',
      codec: 'h264',
      ladder: 'fixed',
      dash: false,
      firstPlayable: false,
      normalize: false,
    },
  ],
  [
    { name: 'm', kind: 'mp4' },
    { name: 'm', kind: 'mp4', normalize: false },
  ],
])('%j means the same as %j', (one, other) => {
  expect(hashOf(one)).toBe(hashOf(other));
});

test('every field that differs makes another hash', () => {
  const cover = { ...image, fit: 'cover' };
  const watermark = { text: 'x' };
  const specs = [
    image,
    { ...image, name: 'b' },
    { ...image, width: 101 },
    { ...image, height: 51 },
    { ...image, quality: 81 },
    { ...image, quality: 'auto' },
    { ...image, format: 'keep' },
    { ...image, effort: 1 },
    { ...image, effort: 0 },
    { ...image, enlarge: true },
    { ...image, animated: true },
    { ...image, background: '#000000' },
    { ...image, sharpen: 1 },
    { ...image, keepProfile: true },
    { ...image, keepCopyright: true },
    { ...image, keepOriginal: true },
    cover,
    { ...cover, position: 'attention' },
    { ...cover, position: 'entropy' },
    { ...cover, position: 'focal' },
    { ...image, watermark },
    { ...image, watermark: { ...watermark, margin: 0 } },
    { ...image, watermark: { objectKey: 'x' } },
    { name: 'a', kind: 'poster' },
    { name: 'a', kind: 'poster', at: 0 },
    { name: 'a', kind: 'poster', at: 1 },
    { name: 'a', kind: 'poster', share: 1 },
    { name: 'a', kind: 'storyboard' },
    { name: 'a', kind: 'storyboard', count: 100 },
    { name: 'a', kind: 'storyboard', intervalSeconds: 100 },
    { name: 'a', kind: 'audio' },
    { name: 'a', kind: 'audio', codec: 'opus' },
    { name: 'a', kind: 'audio', channels: 1 },
    { name: 'a', kind: 'audio', normalize: true },
    { name: 'a', kind: 'hls' },
    { name: 'a', kind: 'hls', ladder: 'auto' },
    { name: 'a', kind: 'hls', codec: 'hevc' },
    { name: 'a', kind: 'hls', codec: 'av1' },
    { name: 'a', kind: 'hls', dash: true },
    { name: 'a', kind: 'hls', firstPlayable: true },
    { name: 'a', kind: 'hls', encryption: 'aes-128' },
    { name: 'a', kind: 'hls', normalize: true },
    { name: 'a', kind: 'mp4' },
    { name: 'a', kind: 'mp4', normalize: true },
    { name: 'a', kind: 'waveform' },
    { name: 'a', kind: 'waveform', pixelsPerSecond: 20 },
    { name: 'a', kind: 'waveform', format: 'png' },
    { name: 'a', kind: 'waveform', format: 'png', color: '#000000' },
  ];
  expect(new Set(specs.map(hashOf)).size).toBe(specs.length);
});
