import { listErrors } from '#runtime';
import { z } from 'zod';
import type { FailureCount } from './upload-failures.js';
import type { StatsRange } from './upload-stats.js';

/** Counts of failures, by error code. */
export const failuresSchema = z
  .object({
    bucket: z.string().nullable(),
    createdAfter: z.iso.datetime(),
    createdBefore: z.iso.datetime().nullable(),
    countedAt: z.iso
      .datetime()
      .describe(
        'when counting began; a result is cached for 5 seconds, or for 20 times as long as counting took',
      ),
    items: z
      .array(
        z.object({
          code: z.string(),
          meaning: z
            .string()
            .nullable()
            .describe('the meaning given in docs/errors.md; null for a code of another release'),
          uploads: z.int().describe('uploads that failed with it'),
          renditions: z.int().describe('renditions that failed with it'),
          lastAt: z.iso.datetime().describe('when the last of them changed, which is usually when it failed'),
        }),
      )
      .describe('the largest count first'),
  })
  .meta({
    id: 'Failures',
    description: 'Failures among the uploads that landed in a time range, by error code.',
    examples: [
      {
        bucket: null,
        createdAfter: '2026-01-01T00:00:00.000Z',
        createdBefore: null,
        countedAt: '2026-01-15T08:30:00.000Z',
        items: [
          {
            code: 'media.damaged',
            meaning: 'The media is damaged or incomplete',
            uploads: 2,
            renditions: 3,
            lastAt: '2026-01-15T08:29:12.000Z',
          },
        ],
      },
    ],
  });
export type Failures = z.output<typeof failuresSchema>;

/** Sums the failure counts of all parts of a range, in the format of the API. */
export function viewFailures(
  { bucket, createdAfter, createdBefore }: StatsRange,
  parts: readonly FailureCount[][],
  countedAt: Date,
): Failures {
  const meanings = new Map<string, string>(listErrors().map(([code, { message }]) => [code, message]));
  const items = [...Map.groupBy(parts.flat(), ({ code }) => code)].map(([code, counts]) => ({
    code,
    meaning: meanings.get(code) ?? null,
    uploads: counts.reduce((sum, { uploads }) => sum + uploads, 0),
    renditions: counts.reduce((sum, { renditions }) => sum + renditions, 0),
    lastAt: new Date(Math.max(...counts.map(({ lastAt }) => lastAt.getTime()))).toISOString(),
  }));
  const countOf = ({ uploads, renditions }: (typeof items)[number]) => uploads + renditions;
  return {
    bucket: bucket ?? null,
    createdAfter: createdAfter.toISOString(),
    createdBefore: createdBefore?.toISOString() ?? null,
    countedAt: countedAt.toISOString(),
    items: items.toSorted((one, other) => countOf(other) - countOf(one) || (one.code < other.code ? -1 : 1)),
  };
}
