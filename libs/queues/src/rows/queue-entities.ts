import { JobTally } from './job-tally.entity.js';
import { PausedQueue } from './paused-queue.entity.js';
import { WorkerReport } from './worker-report.entity.js';

export const queueEntities = [WorkerReport, JobTally, PausedQueue];
