import { renditionKinds } from '#media';
import { describe, expect, test } from 'vitest';
import { kinds, renditionSchema } from './kinds/index.js';
import { readSpec } from './read-spec.js';

const minimal = { name: 'a', width: 100 };
const loop = { name: 'a', kind: 'loop', format: 'mp4', width: 100, quality: 60, background: '#ffffff' };

test.each(renditionKinds)('a spec of kind %s that was planned is read as it is', (kind) => {
  const spec = renditionSchema.parse({ name: 'a', kind, ...(kind === 'image' ? minimal : {}) });
  expect(readSpec(kind, spec)).toEqual(spec);
});

describe('a spec that another version planned', () => {
  test('gets the defaults of the fields that it lacks', () => {
    expect(readSpec('loop', { name: 'a', kind: 'loop', format: 'mp4', width: 100, quality: 60 })).toEqual(
      loop,
    );
  });

  test('loses the fields that this version does not know', () => {
    expect(readSpec('loop', { ...loop, speed: 1 })).toEqual(loop);
  });

  test.each([
    ['hologram', { ...loop, kind: 'hologram' }, 'unknown kind hologram'],
    ['toString', loop, 'unknown kind toString'],
    ['loop', { ...loop, width: 'wide' }, 'the spec is not a valid loop: '],
  ])('is refused as %s when it cannot be made', (kind, spec, detail) => {
    const refusal = { code: 'rendition.kind_unknown', detail: expect.stringContaining(detail) };
    expect(() => readSpec(kind, spec)).toThrow(expect.objectContaining(refusal));
  });
});

test('each kind hashes fields that it has', () => {
  for (const { schema, hashed } of Object.values(kinds))
    expect(Object.keys(schema.shape)).toEqual(expect.arrayContaining([...hashed]));
});
