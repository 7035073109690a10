import { JobTally } from './job-tally.entity.js';
import { WorkerReport } from './worker-report.entity.js';

export const queueEntities = [WorkerReport, JobTally];
