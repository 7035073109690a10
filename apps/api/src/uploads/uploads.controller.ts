import { UploadReader, type UploadView, uploadViewSchema, viewUpload } from '#uploads';
import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { documentSchema } from '../http/open-api.js';
import { RenditionUrls } from '../streams/rendition-urls.js';
import { uploadId, uploadQuery, type UploadQuery } from './upload-query.js';

const pageSchema = z.object({ items: z.array(uploadViewSchema), nextCursor: z.string().nullable() });

/** Answers questions about uploads. */
@ApiTags('uploads')
@ApiBearerAuth()
@Controller('v1/uploads')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class UploadsController {
  constructor(
    private readonly reader: UploadReader,
    private readonly urls: RenditionUrls,
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
}
