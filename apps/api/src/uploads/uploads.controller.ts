import { UploadReader, type UploadView, uploadViewSchema, viewUpload } from '#uploads';
import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Grant, UploadAccessGuard } from '../access/access.guard.js';
import type { TokenGrant } from '../access/access-token.js';
import { admitPinned } from '../access/pinned-upload.js';
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
export class UploadsController {
  constructor(
    private readonly reader: UploadReader,
    private readonly urls: RenditionUrls,
  ) {}

  @Get()
  @UseGuards(ApiKeyGuard, DatabaseGuard)
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
  @UseGuards(UploadAccessGuard, DatabaseGuard)
  @ApiOperation({ summary: 'Get one upload with its renditions and their signed URLs' })
  @ApiOkResponse({ schema: documentSchema(uploadViewSchema) })
  async get(
    @Param('id', { schema: uploadId }) id: string,
    @Grant() grant: TokenGrant | null,
  ): Promise<UploadView> {
    const found = await admitPinned(grant, id, this.reader.get(id));
    return viewUpload(found, this.urls.sign);
  }
}
