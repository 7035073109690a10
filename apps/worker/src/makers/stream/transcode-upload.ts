import { pendingVersions, recordEarly, type Upload } from '#uploads';
import { probeMedia, transcodeVideo } from '#video';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { damagedOf } from '#pipelines';
import { checkObject } from '../../objects/check-object.js';
import { cutVideo } from '../../chunks/cut-video.js';
import { makeEach } from '../make-each.js';
import { makeSounds, soundsOf, type OriginalAtHand } from '../audio/make-sounds.js';
import { publishFiles, storeFiles } from '../../publish/publish-files.js';
import { keyOf, presentOf, specsOf, type Streams, streamsOf } from './stream-specs.js';
import type { RunContext } from '../../runs/run-work.js';
import { workerFor, type WorkerContext } from '../../worker-context.js';

/**
 * The job `upload.transcode`: makes the streams and files of a video or sound that are not ready
 * yet, or not as they are wanted now.
 */
export async function transcodeUpload(
  sharedWorker: WorkerContext,
  landed: Upload,
  job: 'upload.transcode',
  context: RunContext,
): Promise<void> {
  const { signal } = context;
  const pending = await pendingVersions(sharedWorker.source, landed.id, job);
  if (pending.length === 0) return;
  const upload = await checkObject(sharedWorker, landed, signal);
  if (!upload) return;
  const streams = presentOf(streamsOf(pending));
  const damaged = damagedOf(sharedWorker.pipelines, upload);
  const worker = workerFor(sharedWorker, damaged);
  // Where a file ends early shows only when it is read: by then a chunk behind that end would have failed.
  const isCut = damaged === 'fail' && (await cutVideo(worker, upload, streamsOf(pending), context));
  const here = isCut ? pending.filter((rendition) => !streams.includes(rendition)) : pending;
  if (here.length === 0) return;
  await worker.scratch.withFolder(async (folder) => {
    const file = join(folder, 'original');
    const outDir = join(folder, 'made');
    await mkdir(outDir);
    await worker.store.download(upload, upload.etag, file, signal);
    const facts = await probeMedia(worker.tools, file, worker.limits.video, signal);
    const original = { file, outDir, facts };
    const makeSound = () => makeSounds(worker, upload, soundsOf(here), original, context);
    const hereStreams = streamsOf(here);
    const parts = presentOf(hereStreams).length > 0 ? [presentOf(hereStreams)] : [];
    const makeStream = () =>
      makeEach(worker, parts, context, () => makeStreams(worker, upload, hereStreams, original, context));
    // In the order of the file: what a page needs first. What cannot be made of one does not keep the other.
    const isStreamFirst = presentOf(streamsOf(here.slice(0, 1))).length > 0;
    for (const make of isStreamFirst ? [makeStream, makeSound] : [makeSound, makeStream]) await make();
  });
}

/** All streams and files of a video come from one decode. */
async function makeStreams(
  worker: WorkerContext,
  upload: Upload,
  streams: Streams,
  { file, outDir, facts }: OriginalAtHand,
  { signal, report }: RunContext,
): Promise<void> {
  const renditions = presentOf(streams);
  const { hls } = streams;
  const made = await transcodeVideo(
    worker.tools,
    file,
    facts,
    specsOf(streams),
    outDir,
    worker.limits.video,
    signal,
    (progress) => report(renditions, progress),
    {
      ...(await keyOf(worker, upload, streams)),
      onFirstPlayable: async (early) => {
        const stored = hls && (await storeFiles(worker, upload, hls, early, outDir, signal));
        if (stored) await recordEarly(worker.source, upload.id, hls.name, stored);
      },
    },
  );
  for (const rendition of renditions) {
    const result = made.get(rendition.name);
    if (result) await publishFiles(worker, upload, rendition, result, outDir, signal);
  }
}
