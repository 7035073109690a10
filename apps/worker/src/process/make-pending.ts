import type { MakingJob } from '#outbox';
import { withRangeProxy } from '#storage';
import { damagedOf } from '#pipelines';
import type { Upload } from '#uploads';
import { probeMedia } from '#video';
import { fetchObject } from '../objects/fetch-object.js';
import { makeFrom } from '../makers/makers.js';
import { pendingOf } from '../makers/base/pending.js';
import type { RunContext } from '../runs/run-work.js';
import { processUpload } from './process-upload.js';
import { withImage } from '../makers/image/with-image.js';
import { workerFor, type WorkerContext } from '../worker-context.js';

/** The job `upload.render`: makes those pending images and stills of a planned upload that belong to `job`. */
export async function makePending(
  worker: WorkerContext,
  landed: Upload,
  job: MakingJob,
  context: RunContext,
): Promise<void> {
  const pending = await pendingOf(worker, landed, job, context.logger);
  if (pending.length === 0) return;
  const object = await fetchObject(worker, landed, context.signal);
  if (!object) return;
  const { upload } = object;
  if (upload.kind === 'image' || upload.kind === 'document') {
    return withImage(worker, object, context, (picture) =>
      makeFrom('picture', { worker, upload, context, source: picture }, pending),
    );
  }
  await withRangeProxy(worker.store, upload, context.signal, async (url, { signal }) => {
    const facts = await probeMedia(worker.tools, url, worker.limits.video, signal);
    const ownWorker = workerFor(worker, damagedOf(worker.pipelines, upload));
    await worker.scratch.withFolder((folder) => {
      const source = { source: url, facts, folder };
      return makeFrom(
        'ranges',
        { worker: ownWorker, upload, context: { ...context, signal }, source },
        pending,
      );
    });
  });
}

/** The job `upload.process`: plans an upload and makes its quick renditions; if it is already planned, only pending ones. */
export async function planOrMake(
  worker: WorkerContext,
  upload: Upload,
  job: MakingJob,
  context: RunContext,
): Promise<void> {
  if (upload.kind === null) await processUpload(worker, upload, job, context);
  else await makePending(worker, upload, job, context);
}
