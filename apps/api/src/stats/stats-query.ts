import { type StatsRange, uploadFilterFields } from '#uploads';
import { z } from 'zod';

const dayMs = 86_400_000;
const usualDays = 30;
const daysMax = 366;

const { createdAfter, createdBefore } = uploadFilterFields;

/** The query of GET /v1/stats and GET /v1/failures. */
export const statsQuery = z
  .strictObject({
    bucket: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'must be a bucket name')
      .optional()
      .describe('exact bucket name'),
    createdAfter: createdAfter.describe(
      `landed at or after this time; defaults to ${usualDays} days before createdBefore, or before the end of today in UTC; at most ${daysMax} days before it`,
    ),
    createdBefore,
  })
  .transform((query, context): StatsRange => {
    const end = query.createdBefore?.getTime() ?? (Math.floor(Date.now() / dayMs) + 1) * dayMs;
    const begin = query.createdAfter?.getTime() ?? end - usualDays * dayMs;
    if (begin >= end)
      context.addIssue({ code: 'custom', path: ['createdAfter'], message: 'must be before createdBefore' });
    if (end - begin > daysMax * dayMs)
      context.addIssue({
        code: 'custom',
        path: ['createdAfter'],
        message: `must be at most ${daysMax} days before createdBefore`,
      });
    return { bucket: query.bucket, createdAfter: new Date(begin), createdBefore: query.createdBefore };
  });
