import { z } from 'zod';
import { takenNameSchema } from '../taken-names.js';

const workerSchema = z
  .object({
    id: z.uuid().describe('id of the process; a new one after a restart'),
    queues: z.array(takenNameSchema).describe('the queues that it takes work from'),
    slots: z
      .record(z.string(), z.int().min(0))
      .describe('maximum concurrency by queue; empty for a worker of another release'),
    cores: z.int().nullable().describe('processor cores that it may use; null if not reported'),
    running: z
      .array(
        z.object({
          job: z.string(),
          uploadId: z.uuid(),
          since: z.iso.datetime().nullable().describe('null if not reported'),
        }),
      )
      .describe('the jobs that it is running; deliveries are not listed'),
    delayed: z.int().min(0).describe('jobs that it returned to be retried later'),
    queueReachable: z.boolean(),
    seenAt: z.iso.datetime().describe('when it last reported; workers report every five seconds'),
  })
  .meta({ id: 'Worker', description: 'The last report of a worker.' });

/** The response of GET /v1/workers. */
export const workersSchema = z
  .object({
    workers: z.array(workerSchema).describe('longest running first; at most 1000'),
    readAt: z.iso.datetime(),
  })
  .meta({
    id: 'Workers',
    description: 'The workers that reported in the last 15 seconds.',
    examples: [
      {
        workers: [
          {
            id: '019bbd8e-7b00-7000-8000-000000000001',
            queues: ['thumbnail', 'transcode', 'delivery'],
            slots: { thumbnail: 4, transcode: 1, delivery: 200 },
            cores: 4,
            running: [
              {
                job: 'upload.transcode',
                uploadId: '019bbd8e-7b00-7000-8000-000000000002',
                since: '2026-01-15T08:30:00.000Z',
              },
            ],
            delayed: 0,
            queueReachable: true,
            seenAt: '2026-01-15T08:31:02.000Z',
          },
        ],
        readAt: '2026-01-15T08:31:04.000Z',
      },
    ],
  });
export type Workers = z.output<typeof workersSchema>;
