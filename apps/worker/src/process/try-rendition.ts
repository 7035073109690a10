import { renderImages, type RenderedImage } from '#image';
import type { JobHandler } from '#jobs';
import { readSpec } from '#pipelines';
import { LandfallError } from '#runtime';
import { removeObjects } from '#storage';
import { beginTrialRun, endTrialRun, failTrial, findTrial, finishTrial } from '#uploads';
import { fetchWatermarks } from '../makers/image/fetch-watermarks.js';
import { focalPointOf } from '../makers/image/focal-point.js';
import { withImage } from '../makers/image/with-image.js';
import { fetchObject } from '../objects/fetch-object.js';
import { refuseCrashing } from '../runs/limits.js';
import type { WorkerContext } from '../worker-context.js';

/**
 * The job `upload.try`: makes one trial image of an upload, within the usual image limits. It is stored under the key in its
 * row and not published.
 */
export function tryRun(worker: WorkerContext): JobHandler<'upload.try'> {
  const { source, store, limits } = worker;
  return {
    async run({ trialId }, context) {
      const { logger, signal } = context;
      const runs = await beginTrialRun(source, trialId);
      const found = runs === null ? null : await findTrial(source, trialId);
      if (runs === null || !found) return logger.info('nothing to do: the trial has ended');
      refuseCrashing(runs, 'it');
      const spec = readSpec('image', found.trial.spec);
      const [objectKey] = found.trial.storageKeys;
      if (spec.kind !== 'image' || objectKey === undefined) return;
      const object = await fetchObject(worker, found.upload, signal);
      if (!object) throw new LandfallError('object.removed', found.upload.objectKey);
      const { upload } = object;
      if (Number(upload.sizeBytes) > limits.imageMaxBytes)
        throw new LandfallError('object.too_large', `${upload.sizeBytes} bytes`);
      const address = { bucket: upload.bucket, objectKey };
      const keep = async ({ data, mimeType, width, height }: RenderedImage) => {
        const sizeBytes = await store.upload(address, data, mimeType, signal);
        const made = { objectKey, mimeType, width, height, sizeBytes: String(sizeBytes) };
        if (!(await finishTrial(source, trialId, made))) await removeObjects(store, address, signal);
      };
      await withImage(worker, object, context, async ({ file, format, folder }) => {
        const kept = { store, limits: limits.image, bucket: upload.bucket, folder, signal };
        const watermarks = await fetchWatermarks(kept, [spec]);
        const extras = { format, focus: focalPointOf(upload.vars), watermarks };
        await renderImages({ file, specs: [spec], limits: limits.image, signal, extras, onRendition: keep });
      });
    },
    giveUp: ({ trialId }, reason) => failTrial(source, trialId, reason),
    ended: ({ trialId }) => endTrialRun(source, trialId),
  };
}
