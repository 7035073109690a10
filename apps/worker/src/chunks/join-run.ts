import type { JobHandler } from '#jobs';
import { beginRun, type ConfirmedUpload, endRun, failChunks, isConfirmed, isWanted } from '#uploads';
import { runWork } from '../runs/run-work.js';
import type { WorkerContext } from '../worker-context.js';
import { joinUpload } from './join-upload.js';

/** The handler of `upload.join`. */
export function joinRun(worker: WorkerContext): JobHandler<'upload.join'> {
  const { source } = worker;
  return runWork<'upload.join', { upload: ConfirmedUpload; runs: number; planId: string }>({
    async begin({ uploadId, planId }) {
      const upload = await beginRun(source, uploadId);
      return upload && isConfirmed(upload) ? { upload, runs: upload.runs, planId } : null;
    },
    renew: ({ upload }) => isWanted(source, upload.id, 'upload.transcode'),
    make: ({ upload, planId }, { signal }) => joinUpload(worker, upload, planId, signal),
    fail: (payload, reason) => failChunks(source, payload, reason),
    end: ({ uploadId }) => endRun(source, uploadId),
  });
}
