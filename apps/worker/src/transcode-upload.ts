import type { MakingJob } from '#outbox';
import type { AudioSpec, HlsSpec, Mp4Spec } from '#pipelines';
import { pendingRenditions, type Rendition, type Upload } from '#uploads';
import { type MediaFacts, probeMedia, transcodeAudio, transcodeVideo } from '#video';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkObject } from './check-object.js';
import { publishFiles } from './publish-files.js';
import type { WorkContext } from './upload-job.js';
import type { Workbench } from './workbench.js';

/** An original in a folder of this job's own, and what it is. */
interface OriginalAtHand {
  file: string;
  outDir: string;
  facts: MediaFacts;
}

/**
 * The jobs `upload.transcode` and `upload.retranscode`: make the streams and files of a video or sound that are not ready
 * yet, or not as they are wanted now.
 */
export async function transcodeUpload(
  bench: Workbench,
  upload: Upload,
  job: MakingJob,
  context: WorkContext,
): Promise<void> {
  const pending = await pendingRenditions(bench.source, upload.id, job);
  if (pending.length === 0) return;
  await checkObject(bench, upload, context.signal);
  await bench.scratch.withFolder(async (folder) => {
    const file = join(folder, 'original');
    const outDir = join(folder, 'made');
    await mkdir(outDir);
    await bench.store.download(upload, upload.etag, file, context.signal);
    const facts = await probeMedia(bench.tools, file, bench.limits.video, context.signal);
    const original = { file, outDir, facts };
    if (facts.kind === 'audio') await makeAudio(bench, upload, pending, original, context);
    else await makeStreams(bench, upload, pending, original, context);
  });
}

async function makeAudio(
  bench: Workbench,
  upload: Upload,
  pending: readonly Rendition[],
  { file, outDir, facts }: OriginalAtHand,
  { signal, report }: WorkContext,
): Promise<void> {
  for (const rendition of pending) {
    const spec = rendition.spec as AudioSpec;
    const made = await transcodeAudio(
      bench.tools,
      file,
      facts,
      spec,
      outDir,
      bench.limits.video,
      signal,
      (progress) => report([rendition.name], progress),
    );
    await publishFiles(bench, upload, rendition, made, outDir, signal);
  }
}

/** All streams and files of a video come from one decode. */
async function makeStreams(
  bench: Workbench,
  upload: Upload,
  pending: readonly Rendition[],
  { file, outDir, facts }: OriginalAtHand,
  { signal, report }: WorkContext,
): Promise<void> {
  const hls = pending.find((rendition) => rendition.kind === 'hls');
  const mp4 = pending.find((rendition) => rendition.kind === 'mp4');
  const renditions = [hls, mp4].filter((rendition) => rendition !== undefined);
  const made = await transcodeVideo(
    bench.tools,
    file,
    facts,
    {
      ...(hls ? { hls: hls.spec as HlsSpec } : {}),
      ...(mp4 ? { mp4: mp4.spec as Mp4Spec } : {}),
    },
    outDir,
    bench.limits.video,
    signal,
    (progress) =>
      report(
        renditions.map(({ name }) => name),
        progress,
      ),
  );
  for (const rendition of renditions) {
    const result = made.get(rendition.name);
    if (result) await publishFiles(bench, upload, rendition, result, outDir, signal);
  }
}
