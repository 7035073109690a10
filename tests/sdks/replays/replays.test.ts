import { describe, expect, test } from 'vitest';
import { useHouse } from '../house.fixture.js';
import { replayAll } from './replay.fixture.js';

describe('requests of SDKs that do not run here, byte by byte', () => {
  const house = useHouse();

  test.each(['csharp', 'android', 'ios'] as const)('%s', async (sdk) => {
    const lines = await replayAll(sdk, house.run);
    const { seen, expected } = await house.compare(lines, {
      operations: ['put', 'multipart', 'presigned'],
      signatures: ['v1', 'v4'],
      failingCallback: { raised: true, code: 'CallbackFailed' },
    });
    expect(seen).toEqual(expected);
  });
});
