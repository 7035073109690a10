import { type DataSource, translateDatabaseErrors } from '#database';
import type { Pipelines } from '#pipelines';
import { reprocessUpload } from '#uploads';
import { z } from 'zod';

/** The body of POST /v1/uploads/{id}/reprocess. */
export const reprocessBodySchema = z.strictObject({
  renditions: z.array(z.string().max(63)).min(1).max(50).optional().describe('only these; without it all'),
});
export type ReprocessBody = z.output<typeof reprocessBodySchema>;

/** Takes requests to make renditions again. */
export class ReprocessDesk {
  constructor(
    private readonly source: DataSource,
    private readonly pipelines: Pipelines,
    private readonly sweepAfterMs: number,
  ) {}

  /** @throws LandfallError upload.not_found, rendition.unknown, database.unavailable */
  async reprocess(id: string, { renditions }: ReprocessBody): Promise<void> {
    const { pipelines, sweepAfterMs } = this;
    await translateDatabaseErrors(
      reprocessUpload(this.source, id, { pipelines, names: renditions, sweepAfterMs }),
    );
  }
}
