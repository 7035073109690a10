import { damagedOf } from '#pipelines';
import type { Upload } from '#uploads';
import { probeMedia } from '#video';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cutVideo } from '../chunks/cut-video.js';
import { makeFrom } from '../makers/makers.js';
import { streamsOf } from '../makers/stream/stream-specs.js';
import { isOf, pendingOf } from '../makers/base/pending.js';
import { checkObject } from '../objects/check-object.js';
import type { RunContext } from '../runs/run-work.js';
import { workerFor, type WorkerContext } from '../worker-context.js';

/** The kinds that can be encoded in chunks. */
const isStream = isOf('hls', 'mp4');

/**
 * The job `upload.transcode`: makes the pending streams and files of a video or sound, or has those of a long video encoded
 * in chunks.
 */
export async function transcodeUpload(
  sharedWorker: WorkerContext,
  landed: Upload,
  job: 'upload.transcode',
  context: RunContext,
): Promise<void> {
  const { signal } = context;
  const pending = await pendingOf(sharedWorker, landed, job, context.logger);
  if (pending.length === 0) return;
  const upload = await checkObject(sharedWorker, landed, signal);
  if (!upload) return;
  const damaged = damagedOf(sharedWorker.pipelines, upload);
  const worker = workerFor(sharedWorker, damaged);
  // Truncation only shows while reading. With `damaged: repair` nothing is cut, since chunks past the end would fail.
  const isCut = damaged === 'fail' && (await cutVideo(worker, upload, streamsOf(pending), context));
  const here = isCut ? pending.filter((one) => !isStream(one)) : pending;
  if (here.length === 0) return;
  await worker.scratch.withFolder(async (folder) => {
    const file = join(folder, 'original');
    const made = join(folder, 'made');
    await mkdir(made);
    await worker.store.download(upload, upload.etag, file, signal);
    const facts = await probeMedia(worker.tools, file, worker.limits.video, signal);
    await makeFrom(
      'original',
      { worker, upload, context, source: { source: file, facts, folder: made } },
      here,
    );
  });
}
