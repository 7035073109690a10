import type { JobContext } from '#jobs';
import type { RunContext } from '../runs/run-work.js';
import type { MakingJob } from '#outbox';
import { withRangeProxy } from '#storage';
import { damagedOf } from '#pipelines';
import { pendingVersions, type RenditionVersion, type Upload } from '#uploads';
import { probeMedia } from '#video';
import { fetchObject } from '../objects/fetch-object.js';
import { makeImages } from '../makers/image/make-images.js';
import { makeLoops } from '../makers/image/make-loops.js';
import { makeStills } from '../makers/still/make-stills.js';
import { processUpload } from './process-upload.js';
import { withImage } from '../makers/image/with-image.js';
import { workerFor, type WorkerContext } from '../worker-context.js';

/** The job `upload.render`: makes the images and stills of a planned upload that are left to it. */
export async function makePending(
  worker: WorkerContext,
  landed: Upload,
  job: MakingJob,
  context: JobContext,
): Promise<void> {
  const pending = await pendingVersions(worker.source, landed.id, job);
  if (pending.length === 0) return;
  const object = await fetchObject(worker, landed, context.signal);
  if (!object) return;
  const { upload } = object;
  if (upload.kind === 'image' || upload.kind === 'document') {
    const [loops, images] = [true, false].map((isLoop) =>
      pending.filter(({ kind }) => (kind === 'loop') === isLoop),
    ) as [RenditionVersion[], RenditionVersion[]];
    return withImage(worker, object, context, async (opened) => {
      if (images.length > 0) await makeImages(worker, upload, images, opened, context);
      if (loops.length > 0) await makeLoops(worker, upload, loops, opened, context);
    });
  }
  await withRangeProxy(worker.store, upload, context.signal, async (url, { signal }) => {
    const facts = await probeMedia(worker.tools, url, worker.limits.video, signal);
    const ownBench = workerFor(worker, damagedOf(worker.pipelines, upload));
    await makeStills(ownBench, upload, pending, { url, facts }, { ...context, signal });
  });
}

/** The job `upload.process`: plans an upload and makes what is quick; of one that is planned, what of that is not made. */
export async function planOrMake(
  worker: WorkerContext,
  upload: Upload,
  job: MakingJob,
  context: RunContext,
): Promise<void> {
  if (upload.kind === null) await processUpload(worker, upload, job, context);
  else await makePending(worker, upload, job, context);
}
