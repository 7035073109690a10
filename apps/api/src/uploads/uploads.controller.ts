import type { Pipelines } from '#pipelines';
import {
  cancelUpload,
  deleteUpload,
  reprocessUpload,
  UploadReader,
  type UploadView,
  uploadViewSchema,
  viewUpload,
} from '#uploads';
import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import { DataSource } from '#database';
import { z } from 'zod';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { OptionalJsonBody } from '../http/json-body.js';
import { documentSchema } from '../http/open-api.js';
import { RenditionUrls } from '../streams/rendition-urls.js';
import { type ApiConfig, configToken, pipelinesToken } from '../tokens.js';
import { uploadQuery, type UploadQuery } from './upload-query.js';

const uploadId = z.uuid('must be a UUID');
/** The body of POST /v1/uploads/{id}/reprocess. */
const reprocessBodySchema = z.strictObject({
  renditions: z
    .array(z.string().max(63))
    .min(1)
    .max(50)
    .optional()
    .describe('names of the renditions to make again; defaults to all'),
});

const pageSchema = z.object({ items: z.array(uploadViewSchema), nextCursor: z.string().nullable() });

@ApiTags('uploads')
@ApiBearerAuth()
@Controller('v1/uploads')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class UploadsController {
  constructor(
    private readonly reader: UploadReader,
    private readonly urls: RenditionUrls,
    private readonly source: DataSource,
    @Inject(pipelinesToken) private readonly pipelines: Pipelines,
    @Inject(configToken) private readonly config: ApiConfig,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List uploads, newest first; with similarTo, the near duplicates of one upload, nearest first',
  })
  @ApiQuery({
    name: 'vars',
    required: false,
    description: 'var.<name>=<value>, for any number of names',
    style: 'form',
    explode: true,
    schema: { type: 'object', additionalProperties: { type: 'string' } },
  })
  @ApiOkResponse({ schema: documentSchema(pageSchema) })
  async list(@Query({ schema: uploadQuery }) query: UploadQuery): Promise<z.output<typeof pageSchema>> {
    const { filter, similarTo, limit, cursor } = query;
    const page = similarTo
      ? await this.reader.listSimilar(similarTo, filter, limit, cursor)
      : await this.reader.list(filter, limit, cursor);
    return { items: page.items.map((item) => viewUpload(item, this.urls.sign)), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @ApiOperation({ summary: 'Get one upload with its renditions and their signed URLs' })
  @ApiOkResponse({ schema: documentSchema(uploadViewSchema) })
  async get(@Param('id', { schema: uploadId }) id: string): Promise<UploadView> {
    return viewUpload(await this.reader.get(id), this.urls.sign);
  }

  @Post(':id/reprocess')
  @HttpCode(202)
  @ApiOperation({
    summary:
      'Make the renditions again that are missing, have failed or differ from the current pipelines file',
    description: 'Fresh uploads go first. A ready rendition is served until its successor is ready.',
  })
  @ApiBody({ required: false, schema: documentSchema(reprocessBodySchema, 'input') })
  @ApiAcceptedResponse({ schema: documentSchema(uploadViewSchema) })
  async reprocess(
    @Param('id', { schema: uploadId }) id: string,
    @OptionalJsonBody(reprocessBodySchema) { renditions }: z.output<typeof reprocessBodySchema>,
  ): Promise<UploadView> {
    const sweepAfterMs = this.config.worker.WORKER_SWEEP_AFTER_MS;
    await reprocessUpload(this.source, id, { pipelines: this.pipelines, names: renditions, sweepAfterMs });
    return viewUpload(await this.reader.get(id), this.urls.sign);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Cancel the pending renditions',
    description:
      'They fail with the code rendition.cancelled within two seconds, on whichever worker they are being made; ready renditions stay. A finished upload does not change.',
  })
  @ApiOkResponse({ schema: documentSchema(uploadViewSchema) })
  async cancel(@Param('id', { schema: uploadId }) id: string): Promise<UploadView> {
    await cancelUpload(this.source, id);
    return viewUpload(await this.reader.get(id), this.urls.sign);
  }

  @Delete(':id')
  @ApiOperation({
    summary: 'Delete an upload and everything made from it',
    description:
      'Pending renditions are cancelled, and existing ones are removed within minutes; the original is yours and stays. From then on the upload is shown as deleted and appears only in lists with status=deleted. A callback that OSS repeats does not revive it; a later upload to the same key, even of the same bytes, is another upload. Deleting it again changes nothing.',
  })
  @ApiOkResponse({ schema: documentSchema(uploadViewSchema) })
  async delete(@Param('id', { schema: uploadId }) id: string): Promise<UploadView> {
    const { OSS_RENDITION_PREFIX: renditionPrefix, OSS_URL_LIFETIME_S } = this.config.oss;
    await deleteUpload(this.source, id, { renditionPrefix, urlLifetimeMs: OSS_URL_LIFETIME_S * 1_000 });
    return viewUpload(await this.reader.get(id), this.urls.sign);
  }
}
