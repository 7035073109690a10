import type { JobHandlers } from '#jobs';
import { chunkRun } from './chunks/chunk-run.js';
import { joinRun } from './chunks/join-run.js';
import { makePending, planOrMake } from './process/make-pending.js';
import { transcodeUpload } from './process/transcode-upload.js';
import { tryRun } from './process/try-rendition.js';
import { uploadRun } from './runs/upload-run.js';
import type { WorkerContext } from './worker-context.js';

/** The handler of each job in the catalog; a missing one does not compile. */
export function jobHandlers(worker: WorkerContext): JobHandlers {
  return {
    'upload.process': uploadRun(worker, 'upload.process', planOrMake),
    'upload.try': tryRun(worker),
    'upload.render': uploadRun(worker, 'upload.render', makePending),
    'upload.transcode': uploadRun(worker, 'upload.transcode', transcodeUpload),
    'upload.chunk': chunkRun(worker),
    'upload.join': joinRun(worker),
  };
}
