import { z } from 'zod';

/** The queues, by the resource that their jobs use: `thumbnail` is short work, `transcode` is long work. */
export const queueNames = ['thumbnail', 'transcode'] as const;
export type QueueName = (typeof queueNames)[number];

interface JobDeclaration {
  readonly queue: QueueName;
  /** Of the jobs that wait in a queue, those with the lowest number run first. */
  readonly priority: number;
  readonly payload: z.ZodObject<{ v: z.ZodLiteral<1> } & z.ZodRawShape>;
  /** How often BullMQ tries before the job gives up; waits grow from `backoffMs` by doubling. */
  readonly attempts: number;
  readonly backoffMs: number;
}

const uploadId = z.object({ v: z.literal(1), uploadId: z.uuid() });

/** `unproven`: nobody but OSS vouches for the upload. Anybody can bring such work, so it keeps none waiting that is vouched for. */
const landed = uploadId.extend({ unproven: z.literal(true).optional() });
const unprovenPriority = 5;

/** Work that another job was cut into; it has that job's place in the line, or a later one. */
const partOf = uploadId.extend({ forJob: z.enum(['upload.transcode', 'upload.retranscode']) });
const chunk = partOf.extend({ position: z.int().min(0) });

/** Every background job. A line here is the whole declaration. */
export const jobCatalog = {
  /** Checks the object, reads its facts, plans its renditions and makes the quick ones. */
  'upload.process': { queue: 'thumbnail', priority: 0, payload: landed, attempts: 6, backoffMs: 1_000 },
  /** Makes the images that take long to encode. */
  'upload.refine': { queue: 'thumbnail', priority: 10, payload: uploadId, attempts: 6, backoffMs: 1_000 },
  /** Makes streams and files of video and audio. */
  'upload.transcode': { queue: 'transcode', priority: 0, payload: uploadId, attempts: 4, backoffMs: 2_000 },
  /** Makes again what `upload.process` and `upload.refine` made, on request. */
  'upload.reprocess': { queue: 'thumbnail', priority: 20, payload: uploadId, attempts: 6, backoffMs: 1_000 },
  /** Makes again what `upload.transcode` made, on request. */
  'upload.retranscode': {
    queue: 'transcode',
    priority: 20,
    payload: uploadId,
    attempts: 4,
    backoffMs: 2_000,
  },
  /** Encodes one chunk of a long video. Of a short video nobody waits while there are many of these. */
  'upload.chunk': { queue: 'transcode', priority: 5, payload: chunk, attempts: 4, backoffMs: 2_000 },
  /** Joins the chunks of a long video. */
  'upload.join': { queue: 'transcode', priority: 0, payload: partOf, attempts: 4, backoffMs: 2_000 },
} as const satisfies Record<string, JobDeclaration>;

export type JobName = keyof typeof jobCatalog;
export type JobPayload<Name extends JobName> = z.output<(typeof jobCatalog)[Name]['payload']>;

/** For each job that renditions can name as theirs: the one that makes them again. */
const againJobs = {
  'upload.process': 'upload.reprocess',
  'upload.refine': 'upload.reprocess',
  'upload.reprocess': 'upload.reprocess',
  'upload.transcode': 'upload.retranscode',
  'upload.retranscode': 'upload.retranscode',
} as const satisfies Partial<Record<JobName, JobName>>;

/** A job that makes renditions; the others do parts of its work. */
export type MakingJob = keyof typeof againJobs;

/** The job that makes again, on request and behind all fresh uploads, what `job` makes. */
export function againJobOf(job: MakingJob): MakingJob {
  return againJobs[job];
}

/** Whether a job makes again what was made before. */
export function isAgain(job: MakingJob): boolean {
  return againJobs[job] === job;
}

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobCatalog, name);
}

/**
 * BullMQ's id of a job: the same work always has the same id, so that queueing it again while it waits or runs
 * changes nothing. (BullMQ's ids hold no colon and are not all digits.)
 */
export function jobIdOf<Name extends JobName>(name: Name, payload: JobPayload<Name>): string {
  const forJob = 'forJob' in payload ? [payload.forJob] : [];
  const position = 'position' in payload ? [payload.position] : [];
  return [name, payload.uploadId, ...forJob, ...position].join('.');
}

/** The place of a job among those that wait: as the catalog says, a part never before its whole, strangers later. */
export function priorityOf<Name extends JobName>(name: Name, payload: JobPayload<Name>): number {
  const { priority } = jobCatalog[name];
  if ('unproven' in payload && payload.unproven) return Math.max(priority, unprovenPriority);
  return 'forJob' in payload ? Math.max(priority, jobCatalog[payload.forJob].priority) : priority;
}
