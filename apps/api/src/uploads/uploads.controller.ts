import { UploadReader, type UploadView, uploadViewSchema, viewUpload } from '#uploads';
import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { RenditionUrls } from '../streams/rendition-urls.js';
import { uploadId, uploadQuery, type UploadQuery } from './upload-query.js';

const pageSchema = z
  .object({
    items: z.array(uploadViewSchema),
    nextCursor: z.string().nullable().describe('for the next page; null on the last'),
  })
  .meta({ id: 'UploadPage', description: 'One page of a list of uploads.' });

/** Answers questions about uploads. */
@ApiTags('uploads')
@Controller('v1/uploads')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class UploadsController {
  constructor(
    private readonly reader: UploadReader,
    private readonly urls: RenditionUrls,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List uploads',
    description: 'Newest first; with similarTo the near duplicates of one upload, nearest first.',
  })
  @ApiQuery({
    name: 'vars',
    required: false,
    description: 'var.<name>=<value>, for any number of names',
    style: 'form',
    explode: true,
    schema: { type: 'object', additionalProperties: { type: 'string' } },
  })
  @ApiQuery({
    name: 'labels',
    required: false,
    description: 'label.<name>=<value>, for any number of names',
    style: 'form',
    explode: true,
    schema: { type: 'object', additionalProperties: { type: 'string' } },
  })
  @ApiOkResponse({ description: 'One page', schema: documentSchema(pageSchema) })
  @Problems('request.cursor_invalid', 'upload.not_found', 'upload.not_comparable')
  async listUploads(
    @Query({ schema: uploadQuery }) query: UploadQuery,
  ): Promise<z.output<typeof pageSchema>> {
    const { filter, similarTo, limit, cursor } = query;
    const page = similarTo
      ? await this.reader.listSimilar(similarTo, filter, limit, cursor)
      : await this.reader.list(filter, limit, cursor);
    return { items: page.items.map((item) => viewUpload(item, this.urls.sign)), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @ApiOperation({
    summary: 'Get an upload',
    description:
      'With its renditions and their signed URLs, and with what lists leave out: the raw tags of an image and the logs of renditions that failed. One that was merged is shown as the upload that it was merged into.',
  })
  @ApiOkResponse({ description: 'The upload', schema: documentSchema(uploadViewSchema) })
  @Problems('upload.not_found')
  async getUpload(@Param('id', { schema: uploadId }) id: string): Promise<UploadView> {
    return viewUpload(await this.reader.get(id), this.urls.sign);
  }
}
