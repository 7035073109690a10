import { describe, expect, test } from 'vitest';
import { chooseLadder, fitShortSide, maxBitrateKbps, outputFrameRate } from './ladder.js';

const sizes = (width: number, height: number, heights: number[]) =>
  chooseLadder({ width, height }, heights).map((size) => `${size.width}x${size.height}`);

describe('an HLS ladder', () => {
  test.each([
    ['full HD', 1920, 1080, [1080, 720, 480], ['1920x1080', '1280x720', '854x480']],
    ['4K', 3840, 2160, [1080, 720, 480], ['1920x1080', '1280x720', '854x480']],
    ['720p is not enlarged', 1280, 720, [1080, 720, 480], ['1280x720', '854x480']],
    ['portrait', 1080, 1920, [1080, 720], ['1080x1920', '720x1280']],
    ['between two rungs', 600, 600, [720, 480], ['600x600', '480x480']],
    ['PAL', 1024, 576, [1080, 720, 480], ['1024x576', '854x480']],
    ['900 lines', 1600, 900, [1080, 720], ['1600x900', '1280x720']],
    ['a hair below a rung', 1918, 1078, [1080, 720], ['1918x1078', '1282x720']],
    ['a hair above a rung', 870, 490, [720, 480], ['852x480']],
    ['wide screen', 1920, 804, [1080, 720], ['1920x804', '1720x720']],
    ['smaller than every rung', 320, 180, [1080, 720], ['320x180']],
    ['odd sides, own size', 321, 181, [720], ['320x180']],
    ['odd sides, exact rung', 641, 361, [361], ['640x360']],
    ['no rungs wanted', 640, 360, [], ['640x360']],
    ['repeated and unsorted', 1280, 720, [480, 720, 480], ['1280x720', '854x480']],
    ['one pixel', 1, 1, [1080], ['2x2']],
    ['a thread', 4000, 3, [720], ['2666x2']],
  ])('%s', (...[, width, height, heights, wanted]) => {
    expect(sizes(width, height, heights)).toEqual(wanted);
  });

  test('never enlarges, and always has even sides, whatever the source', () => {
    for (let width = 2; width < 2_000; width += 37) {
      for (let height = 2; height < 1_300; height += 41) {
        for (const size of chooseLadder({ width, height }, [1080, 720, 480, 240])) {
          expect(size.width <= width && size.height <= height).toBe(true);
          expect([size.width % 2, size.height % 2]).toEqual([0, 0]);
        }
      }
    }
  });
});

test('an MP4 keeps the shape of its source', () => {
  expect(fitShortSide({ width: 1920, height: 1080 }, 720)).toEqual({ width: 1280, height: 720 });
  expect(fitShortSide({ width: 1080, height: 1920 }, 720)).toEqual({ width: 720, height: 1280 });
  expect(fitShortSide({ width: 640, height: 360 }, 720)).toEqual({ width: 640, height: 360 });
});

test('bitrates grow with pixels and frames, and have a floor', () => {
  expect(maxBitrateKbps({ width: 1920, height: 1080 }, 25)).toBe(5_000);
  expect(maxBitrateKbps({ width: 1920, height: 1080 }, 60)).toBe(7_500);
  expect(maxBitrateKbps({ width: 1280, height: 720 }, 25)).toBe(2_722);
  expect(maxBitrateKbps({ width: 2, height: 2 }, 25)).toBe(100);
});

test.each([
  [25, 25],
  [60, 60],
  [120, 60],
  [240, 60],
  [90_000, 43.9453125],
  [0.5, 1],
  [null, 30],
])('a source of %s frames a second is encoded with %s', (source, wanted) => {
  expect(outputFrameRate(source)).toBe(wanted);
});
