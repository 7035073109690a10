import { z } from 'zod';
import type { StatsCounts, StatsRange } from './upload-stats.js';
import {
  mediaKindSchema,
  renditionKindSchema,
  renditionStatusSchema,
  uploadStatusSchema,
} from './upload-view.js';

const amounts = { count: z.int(), bytes: z.int() };
const landingDay = z.iso.date().describe('day of the landing in UTC; days without landings are omitted');

const statsOf = <Status extends z.ZodType, Kind extends z.ZodType>(id: string, status: Status, kind: Kind) =>
  z
    .object({
      ...amounts,
      byStatus: z.array(z.object({ status, ...amounts })).describe('the largest count first'),
      byKind: z.array(z.object({ kind, ...amounts })).describe('the largest count first'),
      byDay: z.array(z.object({ day: landingDay, ...amounts })).describe('the oldest first'),
    })
    .meta({ id });

/** Counts and bytes of uploads and renditions. */
export const statsSchema = z
  .object({
    bucket: z.string().nullable(),
    createdAfter: z.iso.datetime(),
    createdBefore: z.iso.datetime().nullable(),
    countedAt: z.iso
      .datetime()
      .describe(
        'when counting began; a result is cached for 5 seconds, or for 20 times as long as counting took',
      ),
    uploads: statsOf('UploadStats', uploadStatusSchema, mediaKindSchema.nullable()),
    renditions: statsOf('RenditionStats', renditionStatusSchema, renditionKindSchema),
  })
  .meta({
    id: 'Stats',
    description: 'Counts and bytes of the uploads that landed in a time range, and of their renditions.',
    examples: [
      {
        bucket: null,
        createdAfter: '2026-01-01T00:00:00.000Z',
        createdBefore: null,
        countedAt: '2026-01-15T08:30:00.000Z',
        uploads: {
          count: 3,
          bytes: 1_033_818,
          byStatus: [
            { status: 'ready', count: 2, bytes: 689_212 },
            { status: 'failed', count: 1, bytes: 344_606 },
          ],
          byKind: [{ kind: 'image', count: 3, bytes: 1_033_818 }],
          byDay: [{ day: '2026-01-15', count: 3, bytes: 1_033_818 }],
        },
        renditions: {
          count: 2,
          bytes: 16_246,
          byStatus: [{ status: 'ready', count: 2, bytes: 16_246 }],
          byKind: [{ kind: 'image', count: 2, bytes: 16_246 }],
          byDay: [{ day: '2026-01-15', count: 2, bytes: 16_246 }],
        },
      },
    ],
  });
export type Stats = z.output<typeof statsSchema>;

interface Amounts {
  count: number;
  bytes: number;
}

/** Sums the counts of all parts of a range, in the format of the API. */
export function viewStats(
  { bucket, createdAfter, createdBefore }: StatsRange,
  parts: readonly StatsCounts[],
  countedAt: Date,
): Stats {
  return {
    bucket: bucket ?? null,
    createdAfter: createdAfter.toISOString(),
    createdBefore: createdBefore?.toISOString() ?? null,
    countedAt: countedAt.toISOString(),
    uploads: viewCounts(parts.flatMap(({ uploads }) => uploads)),
    renditions: viewCounts(parts.flatMap(({ renditions }) => renditions)),
  };
}

function viewCounts<Status, Kind>(
  counts: readonly (Amounts & { status: Status; kind: Kind; day: string })[],
) {
  return {
    ...sumOf(counts),
    byStatus: sumsBy(counts, (one) => one.status).map(([status, count, bytes]) => ({ status, count, bytes })),
    byKind: sumsBy(counts, (one) => one.kind).map(([kind, count, bytes]) => ({ kind, count, bytes })),
    byDay: sumsBy(counts, (one) => one.day)
      .map(([day, count, bytes]) => ({ day, count, bytes }))
      .toSorted((one, other) => (one.day < other.day ? -1 : 1)),
  };
}

/** The largest count first. */
function sumsBy<One extends Amounts, Key>(
  ones: readonly One[],
  keyOf: (one: One) => Key,
): [key: Key, count: number, bytes: number][] {
  return [...Map.groupBy(ones, keyOf)]
    .map(([key, group]): [Key, number, number] => {
      const { count, bytes } = sumOf(group);
      return [key, count, bytes];
    })
    .toSorted(([, one], [, other]) => other - one);
}

function sumOf(ones: readonly Amounts[]): Amounts {
  return ones.reduce((sum, { count, bytes }) => ({ count: sum.count + count, bytes: sum.bytes + bytes }), {
    count: 0,
    bytes: 0,
  });
}
