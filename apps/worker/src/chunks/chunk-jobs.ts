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
import { crashesMax, endPatience } from '../runs/retry-window.js';
import { whileWanted } from '../runs/while-wanted.js';
import type { Workbench } from '../worker-context.js';

/** The handler of `upload.chunk`: a chunk that a worker died on is made again alone. */
export function chunkJob(bench: Workbench): JobHandler<'upload.chunk'> {
  return {
    async run({ uploadId, forJob, position }, context) {
      const begun = await beginChunk(bench.source, uploadId, forJob, position);
      if (!begun) return context.logger.info('nothing to do: the chunk is made or not wanted');
      const { chunk, upload } = begun;
      if (chunk.runs > crashesMax)
        throw new LandfallError(
          'upload.attempts_exhausted',
          `${chunk.runs - 1} workers died on chunk ${position}`,
        );
      let progress: MakingProgress | null = null;
      const renew = () => renewChunk(bench.source, chunk, progress);
      try {
        await whileWanted(renew, context, (signal) =>
          makeChunk(bench, begun, signal, (share) => {
            progress = share;
          }),
        );
      } catch (error) {
        throw endPatience(error, upload);
      }
    },
    giveUp: ({ uploadId, forJob }, reason) => failChunks(bench.source, uploadId, forJob, reason),
    ended: ({ uploadId, forJob, position }) => endChunkRun(bench.source, uploadId, forJob, position),
  };
}

/** The handler of `upload.join`. */
export function joinJob(bench: Workbench): JobHandler<'upload.join'> {
  return {
    async run({ uploadId, forJob }, context) {
      const upload = await beginRun(bench.source, uploadId, forJob);
      if (!upload || !isConfirmed(upload))
        return context.logger.info('nothing to do: the upload is finished or gone');
      if (upload.runs > crashesMax)
        throw new LandfallError('upload.attempts_exhausted', `${upload.runs - 1} workers died on it`);
      const renew = () => isWanted(bench.source, uploadId, forJob);
      try {
        await whileWanted(renew, context, (signal) => joinUpload(bench, upload, forJob, signal));
      } catch (error) {
        throw endPatience(error, upload);
      }
    },
    giveUp: ({ uploadId, forJob }, reason) => failChunks(bench.source, uploadId, forJob, reason),
    ended: ({ uploadId }) => endRun(bench.source, uploadId),
  };
}
