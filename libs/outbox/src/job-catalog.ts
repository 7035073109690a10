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

/**
 * Why a job waits behind others of its kind. `unproven`: nobody but OSS vouches for the upload; anybody can bring such work, so
 * it keeps none waiting that is vouched for. `again`: something is made again, on request, behind everything that is fresh.
 */
const urgencies = ['unproven', 'again'] as const;
export type Urgency = (typeof urgencies)[number];

/** The place in the line of what is less urgent, unless that of its job is further back anyway. */
const urgencyPriority: Record<Urgency, number> = { unproven: 5, again: 20 };

const ofUpload = z.object({ v: z.literal(1), uploadId: z.uuid(), urgency: z.enum(urgencies).optional() });
/** Of the chunks that were cut at once. */
const ofPlan = ofUpload.extend({ planId: z.uuid() });
const ofChunk = ofPlan.extend({ position: z.int().min(0) });

/** Every background job. A line here is the whole declaration. */
export const jobCatalog = {
  /** Checks the object, reads its facts, plans its renditions and makes the quick ones. */
  'upload.process': { queue: 'thumbnail', priority: 0, payload: ofUpload, attempts: 6, backoffMs: 1_000 },
  /** Renders the images and stills that take long. */
  'upload.render': { queue: 'thumbnail', priority: 10, payload: ofUpload, attempts: 6, backoffMs: 1_000 },
  /** Makes streams and files of video and audio. */
  'upload.transcode': { queue: 'transcode', priority: 0, payload: ofUpload, attempts: 4, backoffMs: 2_000 },
  /** Encodes one chunk of a long video. Of a short video nobody waits while there are many of these. */
  'upload.chunk': { queue: 'transcode', priority: 5, payload: ofChunk, attempts: 4, backoffMs: 2_000 },
  /** Joins the chunks of a long video. */
  'upload.join': { queue: 'transcode', priority: 0, payload: ofPlan, attempts: 4, backoffMs: 2_000 },
} as const satisfies Record<string, JobDeclaration>;

export type JobName = keyof typeof jobCatalog;
export type JobPayload<Name extends JobName> = z.output<(typeof jobCatalog)[Name]['payload']>;

/** A job that makes renditions; the others do parts of its work. */
export type MakingJob = 'upload.process' | 'upload.render' | 'upload.transcode';

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobCatalog, name);
}

/**
 * BullMQ's id of a job: the same work always has the same id, so that queueing it again while it waits or runs
 * changes nothing. (BullMQ's ids hold no colon and are not all digits.)
 */
export function jobIdOf<Name extends JobName>(name: Name, payload: JobPayload<Name>): string {
  const plan = 'planId' in payload ? [payload.planId] : [];
  const position = 'position' in payload ? [payload.position] : [];
  return [name, payload.uploadId, ...plan, ...position].join('.');
}

/** The place of a job among those that wait in its queue: as the catalog says, or further back when it is less urgent. */
export function priorityOf<Name extends JobName>(name: Name, { urgency }: JobPayload<Name>): number {
  const { priority } = jobCatalog[name];
  return urgency === undefined ? priority : Math.max(priority, urgencyPriority[urgency]);
}
