import type { JobContext } from '#jobs';
import type { PosterSpec } from '#pipelines';
import { publishRendition, type Rendition, type Upload } from '#uploads';
import { makePoster, type MediaFacts } from '#video';
import { join } from 'node:path';
import { endingOf, renditionKey } from './rendition-key.js';
import type { Workbench } from './workbench.js';

/** Makes the posters of a video, read over HTTP. */
export async function makePosters(
  bench: Workbench,
  upload: Upload,
  pending: readonly Rendition[],
  video: { url: string; facts: MediaFacts },
  { signal }: JobContext,
): Promise<void> {
  await bench.scratch.withFolder(async (folder) => {
    for (const rendition of pending) {
      const file = join(folder, rendition.name);
      const { width, height, mimeType } = await makePoster(
        bench.tools,
        video.url,
        video.facts,
        rendition.spec as PosterSpec,
        file,
        signal,
      );
      const objectKey = renditionKey(bench, upload, rendition, endingOf(mimeType));
      const sizeBytes = await bench.store.upload(
        { bucket: upload.bucket, objectKey },
        { file },
        mimeType,
        signal,
      );
      await publishRendition(bench.source, upload.id, rendition.name, {
        specHash: rendition.specHash,
        objectKey,
        mimeType,
        width,
        height,
        sizeBytes,
        durationMs: null,
      });
    }
  });
}
