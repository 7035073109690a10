import type { JobHandler } from '#jobs';
import { LandfallError } from '#runtime';
import {
  beginChunk,
  beginRun,
  endChunkRun,
  endRun,
  failChunks,
  isConfirmed,
  isWanted,
  type MakingProgress,
  renewChunk,
} from '#uploads';
import { joinUpload } from './join-upload.js';
import { makeChunk } from './make-chunk.js';
import { crashesMax, endRetryWindow } from '../runs/retry-window.js';
import { whileWanted } from '../runs/while-wanted.js';
import type { WorkerContext } from '../worker-context.js';

/** The handler of `upload.chunk`: a chunk that a worker died on is made again alone. */
export function chunkJob(worker: WorkerContext): JobHandler<'upload.chunk'> {
  return {
    async run({ uploadId, forJob, position }, context) {
      const begun = await beginChunk(worker.source, uploadId, forJob, position);
      if (!begun) return context.logger.info('nothing to do: the chunk is made or not wanted');
      const { chunk, upload } = begun;
      if (chunk.runs > crashesMax)
        throw new LandfallError(
          'upload.attempts_exhausted',
          `${chunk.runs - 1} workers died on chunk ${position}`,
        );
      let progress: MakingProgress | null = null;
      const renew = () => renewChunk(worker.source, chunk, progress);
      try {
        await whileWanted(renew, context, (signal) =>
          makeChunk(worker, begun, signal, (share) => {
            progress = share;
          }),
        );
      } catch (error) {
        throw endRetryWindow(error, upload);
      }
    },
    giveUp: ({ uploadId, forJob }, reason) => failChunks(worker.source, uploadId, forJob, reason),
    ended: ({ uploadId, forJob, position }) => endChunkRun(worker.source, uploadId, forJob, position),
  };
}

/** The handler of `upload.join`. */
export function joinJob(worker: WorkerContext): JobHandler<'upload.join'> {
  return {
    async run({ uploadId, forJob }, context) {
      const upload = await beginRun(worker.source, uploadId, forJob);
      if (!upload || !isConfirmed(upload))
        return context.logger.info('nothing to do: the upload is finished or gone');
      if (upload.runs > crashesMax)
        throw new LandfallError('upload.attempts_exhausted', `${upload.runs - 1} workers died on it`);
      const renew = () => isWanted(worker.source, uploadId, forJob);
      try {
        await whileWanted(renew, context, (signal) => joinUpload(worker, upload, forJob, signal));
      } catch (error) {
        throw endRetryWindow(error, upload);
      }
    },
    giveUp: ({ uploadId, forJob }, reason) => failChunks(worker.source, uploadId, forJob, reason),
    ended: ({ uploadId }) => endRun(worker.source, uploadId),
  };
}
