import { performance } from 'node:perf_hooks';
import { remakeSeconds } from '#capacity';
import type { DataSource } from '#database';
import type { Pipelines } from '#pipelines';
import { readWorkers } from '#queues';
import { mediaKindSchema, reprocessPage, type UploadFilter } from '#uploads';
import { z } from 'zod';

/** No further page is started after this time, to respond within the timeout of any client. */
const budgetMs = 2_000;

/** The response of POST /v1/pipelines/dry-run. */
export const dryRunViewSchema = z
  .object({
    looked: z.int().min(0).describe('uploads examined'),
    uploads: z.int().min(0).describe('uploads with renditions to make'),
    renditions: z
      .int()
      .min(0)
      .describe('renditions to make; an upload that failed before it was planned counts as one'),
    byKind: z.array(
      z.object({ kind: mediaKindSchema.nullable(), uploads: z.int().min(0), renditions: z.int().min(0) }),
    ),
    coreMinutes: z
      .number()
      .min(0)
      .describe(
        'estimated processor time in minutes, by the costs measured in docs/capacity.md; audio is not counted',
      ),
    cores: z
      .int()
      .min(0)
      .describe(
        'processor cores of the running workers that make renditions; coreMinutes divided by cores estimates the duration',
      ),
    nextCursor: z
      .string()
      .nullable()
      .describe(
        'cursor of the next request, because each one examines uploads for two seconds; null when all were examined',
      ),
  })
  .meta({
    id: 'DryRun',
    description: 'The renditions that reprocessing would make, for the uploads examined by one request.',
    examples: [
      {
        looked: 1_200,
        uploads: 800,
        renditions: 2_400,
        byKind: [{ kind: 'image', uploads: 800, renditions: 2_400 }],
        coreMinutes: 6.3,
        cores: 4,
        nextCursor: null,
      },
    ],
  });
export type DryRun = z.output<typeof dryRunViewSchema>;

/**
 * Counts the renditions that reprocessing would make, for the uploads of a filter, newest first, for two seconds. Read-only.
 * @throws LandfallError request.cursor_invalid, database.unavailable
 */
export async function countDryRun(
  source: DataSource,
  pipelines: Pipelines,
  filter: UploadFilter,
  cursor: string | undefined,
): Promise<DryRun> {
  const endAt = performance.now() + budgetMs;
  const byKind = new Map<DryRun['byKind'][number]['kind'], { uploads: number; renditions: number }>();
  let [looked, seconds] = [0, 0];
  let next: string | null | undefined = cursor;
  do {
    const page = await reprocessPage(source, { pipelines, sweepAfterMs: 0 }, filter, {
      cursor: next,
      dryRun: true,
      found: ({ kind, metadata }, count, specs) => {
        const { uploads, renditions } = byKind.get(kind) ?? { uploads: 0, renditions: 0 };
        byKind.set(kind, { uploads: uploads + 1, renditions: renditions + count });
        seconds += remakeSeconds(specs, metadata);
      },
    });
    looked += page.looked;
    next = page.nextCursor;
  } while (next !== null && performance.now() < endAt);
  const kinds = Array.from(byKind, ([kind, { uploads, renditions }]) => ({ kind, uploads, renditions }));
  const { workers } = await readWorkers(source);
  const makers = workers.filter(({ queues }) => queues.some((queue) => queue !== 'delivery'));
  return {
    looked,
    uploads: kinds.reduce((sum, { uploads }) => sum + uploads, 0),
    renditions: kinds.reduce((sum, { renditions }) => sum + renditions, 0),
    byKind: kinds,
    coreMinutes: Math.round(seconds / 0.6) / 100,
    cores: makers.reduce((sum, { cores }) => sum + (cores ?? 0), 0),
    nextCursor: next,
  };
}
