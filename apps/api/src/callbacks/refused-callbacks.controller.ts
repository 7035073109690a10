import { DataSource } from '#database';
import { listRefused, type RefusedCallback, refusedKept } from '#uploads';
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { ApiOkResponse, ApiOperation, ApiTags } from '../contract/annotations.js';
import { documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';

const usualLimit = 20;

const refusedQuery = z.strictObject({
  limit: z.coerce
    .number('must be an integer from 1 to 100')
    .int()
    .min(1)
    .max(100)
    .default(usualLimit)
    .describe('maximum number of callbacks on a page'),
  cursor: z.string().max(64).optional().describe('nextCursor of the previous page'),
});

const lineSchema = z.object({
  err: z.object({ code: z.string(), message: z.string() }),
  requestId: z.string().nullable().default(null).describe('OSS request id of the upload'),
  bucket: z.string().nullable().default(null).describe('from header x-oss-bucket; not verified'),
  request: z.object({
    method: z.string(),
    target: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string().nullable().default(null),
    bodyBase64: z.string().nullable().default(null).describe('the body, if it is not text'),
    bodyBytes: z.int().describe('size of the whole body, of which the first 4096 bytes are kept'),
  }),
});

const refusedSchema = z
  .object({
    id: z.uuid(),
    refusedAt: z.iso.datetime(),
    code: z.string(),
    message: z.string(),
    ...lineSchema.omit({ err: true }).shape,
    explanation: z
      .array(
        z.object({
          title: z.string(),
          verdict: z.enum(['ok', 'wrong', 'note']),
          lines: z.array(z.string()),
        }),
      )
      .describe('what was signed and what probably changed it, as in `landfall callback explain`'),
  })
  .meta({
    id: 'RefusedCallback',
    description:
      'A callback that was refused. Signature and secrets are masked; everything else is unverified.',
  });
type RefusedView = z.output<typeof refusedSchema>;
const pageSchema = z
  .object({ items: z.array(refusedSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'RefusedCallbackPage', description: 'One page of a list of refused callbacks.' });

/** Lists refused callbacks with the reason for each. */
@ApiTags('callbacks')
@Controller('v1/callbacks/refused')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class RefusedCallbacksController {
  constructor(private readonly source: DataSource) {}

  @Get()
  @ApiOperation({
    summary: 'List refused callbacks',
    description: `Lists the refused callbacks of the last ${refusedKept.hours} hours, newest first, each with an explanation. Only a few of each code are kept per minute, and only the newest ${refusedKept.ofKind} of each; the metrics count all.`,
  })
  @ApiOkResponse({ description: 'One page', schema: documentSchema(pageSchema) })
  @Problems('request.cursor_invalid')
  async listRefusedCallbacks(
    @Query({ schema: refusedQuery }) { limit, cursor }: z.output<typeof refusedQuery>,
  ): Promise<z.output<typeof pageSchema>> {
    const { items, nextCursor } = await listRefused(this.source, limit, cursor);
    return { items: items.map(view), nextCursor };
  }
}

function view({ id, createdAt, line, explanation }: RefusedCallback): RefusedView {
  const { err, ...request } = lineSchema.parse(line);
  return {
    id,
    refusedAt: createdAt.toISOString(),
    ...err,
    ...request,
    explanation: explanation as RefusedView['explanation'],
  };
}
