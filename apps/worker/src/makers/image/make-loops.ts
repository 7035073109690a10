import type { LoopSpec, MadeRendition } from '#media';
import { renderImages, writeAnimation } from '#image';
import { makeLoop } from '#video';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImageAtHand, type MakerFrom, type Making, oneByOne, publishMade } from '../base/making.js';

/** Video loops of an animated picture; one that is not animated becomes a still WebP. */
export const loops: MakerFrom<'picture', 'loop'> = {
  from: 'picture',
  divide: (own, making) =>
    oneByOne(own, async (rendition) => {
      const { worker, context, source } = making;
      const { spec } = rendition;
      const outDir = join(source.folder, `loop-${rendition.name}`);
      await mkdir(outDir);
      const { tools, limits } = worker;
      const work = { tools, outDir, limits: limits.video, signal: context.signal };
      const frames = join(outDir, 'frames.png');
      const animation = await writeAnimation(source.file, frames, spec.width, limits.image);
      const made = animation ? await makeLoop(work, animation, spec) : await makeStill(making, spec, outDir);
      await publishMade(making, rendition, made, outDir);
    }),
};

/** Renders a picture that is not animated. */
async function makeStill(
  { worker, context, source: { file, format } }: Making<ImageAtHand>,
  { name, width, quality }: LoopSpec,
  outDir: string,
): Promise<MadeRendition> {
  const path = 'still.webp';
  let size = { width, height: 0 };
  await renderImages({
    file,
    specs: [{ name, width, quality, fit: 'inside', format: 'webp' }],
    limits: worker.limits.image,
    signal: context.signal,
    extras: { format },
    onRendition: async (image) => {
      size = { width: image.width, height: image.height };
      await writeFile(join(outDir, path), image.data);
    },
  });
  return {
    files: [{ path, mimeType: 'image/webp' }],
    main: path,
    ...size,
    durationMs: null,
    encoder: null,
    details: {},
  };
}
