import { dirname } from 'node:path';
import { isLandfallError } from '#runtime';
import { type Folder, limits, never, quarters, spec } from '../fixtures/image.fixture.js';
import type { ImageLimits } from '../limits/image-limits.js';
import { DecoderRefusal } from './sandbox/decoder-task.js';
import { openImageFile } from '../input/open-image.js';
import { renderImages } from '../renditions/render-images.js';

/** A test picture of 60 × 40 pixels with red, green, blue and yellow quarters. */
export const fourQuarters = quarters(
  [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [220, 220, 60],
  ],
  60,
  40,
);

/** The code with which a decoder refuses a file, or 'opened'; runs without a thread. */
export function refusalOf(decode: (bytes: Buffer) => unknown, bytes: Buffer): string {
  try {
    decode(bytes);
    return 'opened';
  } catch (thrown) {
    if (!(thrown instanceof DecoderRefusal)) throw thrown;
    return thrown.code;
  }
}

export async function openBytes(
  folder: Folder,
  bytes: Uint8Array | string,
  within: ImageLimits = limits,
  signal: AbortSignal = never,
) {
  const file = await folder.write('upload', bytes);
  return openImageFile(file, dirname(file), within, signal);
}

/** Opens a file and renders it as a PNG at its own size, but at most `width` wide. */
export async function drawBytes(folder: Folder, bytes: Uint8Array | string, width = 4096): Promise<Buffer> {
  const { file } = await openBytes(folder, bytes);
  let made = Buffer.alloc(0);
  const specs = [spec('one', { width })];
  await renderImages({
    file,
    specs,
    limits,
    signal: never,
    onRendition: async ({ data }) => {
      made = Buffer.from(data);
    },
  });
  return made;
}

/** The code with which a file is refused, or 'opened'. */
export async function codeOf(
  folder: Folder,
  bytes: Uint8Array | string,
  within: ImageLimits = limits,
): Promise<string> {
  try {
    await openBytes(folder, bytes, within);
    return 'opened';
  } catch (thrown) {
    if (!isLandfallError(thrown)) throw thrown;
    return thrown.code;
  }
}
