import { z } from 'zod';

/** The queues, by the resource that their jobs use: `thumbnail` is short work, `transcode` is long work. */
export const queueNames = ['thumbnail', 'transcode'] as const;
export type QueueName = (typeof queueNames)[number];

interface JobDeclaration {
  readonly queue: QueueName;
  /** Waiting jobs with the lowest number run first. */
  readonly priority: number;
  readonly payload: z.ZodObject<{ v: z.ZodLiteral<1> } & z.ZodRawShape>;
  /**
   * Maximum number of attempts by BullMQ; the delay starts at `backoffMs` and doubles each time.
   */
  readonly attempts: number;
  readonly backoffMs: number;
}

/**
 * Why a job waits behind others of its kind. `unproven`: the upload has no proof; anyone can cause
 * such work, so it must not delay proven uploads. `again`: a rendition is made again on request,
 * after all fresh work.
 */
const urgencies = ['unproven', 'again'] as const;
export type Urgency = (typeof urgencies)[number];

/** Priority of less urgent jobs, unless the priority of the job itself is even lower. */
const urgencyPriority: Record<Urgency, number> = { unproven: 5, again: 20 };

const ofUpload = z.object({ v: z.literal(1), uploadId: z.uuid(), urgency: z.enum(urgencies).optional() });
/** Payload of jobs for chunks that were planned together. */
const ofPlan = ofUpload.extend({ planId: z.uuid() });
/** Payload of a trial: a rendition that is made but not published. */
const ofTrial = ofUpload.extend({ trialId: z.uuid() });
/** Payload of a chunk. Chunks that a viewer may be waiting for have a priority of their own, ahead of the rest. */
const ofChunk = ofPlan.extend({ position: z.int().min(0), priority: z.int().min(1).optional() });

/** Every background job. A line here is the whole declaration. */
export const jobCatalog = {
  /** Checks the object, reads its facts, plans its renditions and makes the quick ones. */
  'upload.process': { queue: 'thumbnail', priority: 0, payload: ofUpload, attempts: 6, backoffMs: 1_000 },
  /** Renders one trial image, which is not published. */
  'upload.try': { queue: 'thumbnail', priority: 0, payload: ofTrial, attempts: 2, backoffMs: 1_000 },
  /** Renders the images and stills that take long. */
  'upload.render': { queue: 'thumbnail', priority: 10, payload: ofUpload, attempts: 6, backoffMs: 1_000 },
  /** Makes streams and files of video and audio. */
  'upload.transcode': { queue: 'transcode', priority: 0, payload: ofUpload, attempts: 4, backoffMs: 2_000 },
  /** Encodes one chunk of a long video. Many of them must not delay short videos. */
  'upload.chunk': { queue: 'transcode', priority: 5, payload: ofChunk, attempts: 4, backoffMs: 2_000 },
  /** Joins the chunks of a long video. */
  'upload.join': { queue: 'transcode', priority: 0, payload: ofPlan, attempts: 4, backoffMs: 2_000 },
} as const satisfies Record<string, JobDeclaration>;

export type JobName = keyof typeof jobCatalog;
export type JobPayload<Name extends JobName> = z.output<(typeof jobCatalog)[Name]['payload']>;

/** The jobs that renditions are assigned to. Chunks and joins are parts of `upload.transcode`. */
export type MakingJob = 'upload.process' | 'upload.render' | 'upload.transcode';

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobCatalog, name);
}

/**
 * BullMQ's id of a job: the same work always has the same id, so queueing it again while it waits or
 * runs has no effect. (BullMQ's ids contain no colon and are not all digits.)
 */
export function jobIdOf<Name extends JobName>(name: Name, payload: JobPayload<Name>): string {
  const plan = 'planId' in payload ? [payload.planId] : [];
  const position = 'position' in payload ? [payload.position] : [];
  const trial = 'trialId' in payload ? [payload.trialId] : [];
  return [name, payload.uploadId, ...plan, ...position, ...trial].join('.');
}

/** Parses an id of `jobIdOf`; null if its job is unknown, as from another release. */
export function readJobId(id: string): { job: JobName; uploadId: string } | null {
  const [noun, verb, uploadId] = id.split('.');
  const job = `${noun}.${verb}`;
  return uploadId !== undefined && isJobName(job) ? { job, uploadId } : null;
}

/**
 * The priority of a job in its queue: its own or that of the catalog, or a lower one if the job is less
 * urgent.
 */
export function priorityOf<Name extends JobName>(name: Name, payload: JobPayload<Name>): number {
  const { urgency } = payload;
  const own = 'priority' in payload ? payload.priority : undefined;
  const priority = own ?? jobCatalog[name].priority;
  return urgency === undefined ? priority : Math.max(priority, urgencyPriority[urgency]);
}
