import { z } from 'zod';

/** The queues, by the resource that their jobs use: `thumbnail` is short work, `transcode` is long work. */
export const queueNames = ['thumbnail', 'transcode'] as const;
export type QueueName = (typeof queueNames)[number];

interface JobDeclaration {
  readonly queue: QueueName;
  readonly payload: z.ZodObject<{ v: z.ZodLiteral<1> } & z.ZodRawShape>;
  /** How often BullMQ tries before the job gives up; waits grow from `backoffMs` by doubling. */
  readonly attempts: number;
  readonly backoffMs: number;
}

/** Every background job. A line here is the whole declaration. */
export const jobCatalog = {
  /** Checks the object, reads its facts, plans its renditions and makes those of the thumbnail queue. */
  'upload.process': {
    queue: 'thumbnail',
    payload: z.object({ v: z.literal(1), uploadId: z.uuid() }),
    attempts: 6,
    backoffMs: 1_000,
  },
  /** Makes the renditions of the transcode queue. */
  'upload.transcode': {
    queue: 'transcode',
    payload: z.object({ v: z.literal(1), uploadId: z.uuid() }),
    attempts: 4,
    backoffMs: 2_000,
  },
} as const satisfies Record<string, JobDeclaration>;

export type JobName = keyof typeof jobCatalog;
export type JobPayload<Name extends JobName> = z.output<(typeof jobCatalog)[Name]['payload']>;

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobCatalog, name);
}

/**
 * BullMQ's id of a job: the same work always has the same id, so that queueing it again while it waits or runs
 * changes nothing. (BullMQ's ids hold no colon and are not all digits.)
 */
export function jobIdOf<Name extends JobName>(name: Name, payload: JobPayload<Name>): string {
  return `${name}.${payload.uploadId}`;
}
