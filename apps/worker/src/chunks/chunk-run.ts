import type { JobHandler } from '#jobs';
import { type BegunChunk, beginChunk, endChunkRun, failChunks, renewChunk } from '#uploads';
import { runWork } from '../runs/run-work.js';
import type { WorkerContext } from '../worker-context.js';
import { makeChunk } from './make-chunk.js';

/** The handler of `upload.chunk`. If a worker dies, only its chunk is made again. */
export function chunkRun(worker: WorkerContext): JobHandler<'upload.chunk'> {
  const { source } = worker;
  return runWork<'upload.chunk', BegunChunk & { runs: number }>({
    async begin(payload) {
      const begun = await beginChunk(source, payload);
      return begun && { ...begun, runs: begun.chunk.runs };
    },
    renew: ({ chunk }, reported) => renewChunk(source, chunk, reported.at(-1)?.progress ?? null),
    make: (begun, context) => makeChunk(worker, begun, context),
    fail: (payload, reason) => failChunks(source, payload, reason),
    end: (payload) => endChunkRun(source, payload),
  });
}
