import { renderImages, writeAnimation } from '#image';
import type { JobContext } from '#jobs';
import type { LoopSpec } from '#pipelines';
import type { RenditionVersion, Upload } from '#uploads';
import { makeLoop } from '#video';
import { type MadeRendition } from '#media';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeEach } from '../make-each.js';
import { publishFiles } from '../../publish/publish-files.js';
import type { ImageAtHand } from './with-image.js';
import type { WorkerContext } from '../../worker-context.js';

/** Makes the loops of a picture one after the other, and publishes each. */
export async function makeLoops(
  worker: WorkerContext,
  upload: Upload,
  loops: readonly RenditionVersion[],
  image: ImageAtHand,
  context: JobContext,
): Promise<void> {
  const each = loops.map((loop) => [loop]);
  await makeEach(worker, each, context, async (part) => {
    for (const rendition of part) {
      const outDir = join(image.folder, `loop-${rendition.name}`);
      await mkdir(outDir);
      const spec = rendition.spec as LoopSpec;
      const { image: limits } = worker.limits;
      const animation = await writeAnimation(image.file, join(outDir, 'frames.png'), spec.width, limits);
      const made = animation
        ? await makeLoop(worker.tools, animation, spec, outDir, worker.limits.video, context.signal)
        : await makeStill(worker, image, spec, outDir, context.signal);
      await publishFiles(worker, upload, rendition, made, outDir, context.signal);
    }
  });
}

/** The picture itself, of one that does not move. */
async function makeStill(
  worker: WorkerContext,
  { file, format }: ImageAtHand,
  { name, width, quality }: LoopSpec,
  outDir: string,
  signal: AbortSignal,
): Promise<MadeRendition> {
  const path = 'still.webp';
  const spec = { name, width, quality, fit: 'inside', format: 'webp' } as const;
  let size = { width, height: 0 };
  const keep = async (image: { data: Buffer; width: number; height: number }) => {
    size = { width: image.width, height: image.height };
    await writeFile(join(outDir, path), image.data);
  };
  await renderImages(file, [spec], worker.limits.image, signal, keep, { format });
  return {
    files: [{ path, mimeType: 'image/webp' }],
    main: path,
    ...size,
    durationMs: null,
    encoder: null,
    details: {},
  };
}
