import {
  uploadFields,
  UploadReader,
  uploadStatusSchema,
  type UploadView,
  uploadViewSchema,
  type UploadWithRenditions,
  viewFields,
  viewUpload,
} from '#uploads';
import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Grant, UploadAccessGuard } from '../access/access.guard.js';
import type { TokenGrant } from '../access/access-token.js';
import { admitPinned } from '../access/pinned-upload.js';
import { ApiListQuery, documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { RenditionUrls } from '../streams/rendition-urls.js';
import { uploadFieldSchema, uploadId, uploadQuery, type UploadQuery } from './upload-query.js';

const nextCursor = z.string().nullable().describe('for the next page; null on the last');
const missing = z.array(z.uuid()).optional().describe('with ids: those of them that are not found');
const pageSchema = z
  .object({ items: z.array(uploadViewSchema), nextCursor, missing })
  .meta({ id: 'UploadPage', description: 'One page of a list of uploads.' });
const partialPageSchema = z
  .object({
    items: z.array(
      uploadViewSchema.partial().required({ id: true }).meta({
        id: 'PartialUpload',
        description: 'The fields of an upload that were asked for, and its id.',
      }),
    ),
    nextCursor,
    missing,
  })
  .meta({ id: 'PartialUploadPage', description: 'One page of a list of uploads, with `fields`.' });
const answerSchema = z.union([pageSchema, partialPageSchema]);

/** Answers questions about uploads. */
@ApiTags('uploads')
@Controller('v1/uploads')
export class UploadsController {
  constructor(
    private readonly reader: UploadReader,
    private readonly urls: RenditionUrls,
  ) {}

  @Get()
  @UseGuards(ApiKeyGuard, DatabaseGuard)
  @ApiOperation({
    summary: 'List uploads',
    description:
      'Newest first, or oldest first with `sort`; with `similarTo` the near duplicates of one upload, nearest first; with `ids` these, in their order. With `fields` the items have only these fields (PartialUploadPage).',
  })
  @ApiListQuery('status', uploadStatusSchema)
  @ApiListQuery('ids', uploadId)
  @ApiListQuery('fields', uploadFieldSchema)
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
  @ApiOkResponse({ description: 'One page', schema: documentSchema(answerSchema) })
  @Problems('request.cursor_invalid', 'upload.not_found', 'upload.not_comparable')
  async listUploads(
    @Query({ schema: uploadQuery }) query: UploadQuery,
  ): Promise<z.output<typeof answerSchema>> {
    const { fields = uploadFields } = query;
    const show = (items: UploadWithRenditions[]) =>
      items.map((item) => viewFields(item, fields, this.urls.sign));
    if ('ids' in query) {
      const { items, missing } = await this.reader.getMany(query.ids, fields);
      return { items: show(items), nextCursor: null, missing };
    }
    const { filter, page } = query;
    const { items, nextCursor } = await ('similarTo' in query
      ? this.reader.listSimilar(query.similarTo, filter, page)
      : this.reader.list(filter, page));
    return { items: show(items), nextCursor };
  }

  @Get(':id')
  @UseGuards(UploadAccessGuard, DatabaseGuard)
  @ApiOperation({
    summary: 'Get an upload',
    description:
      'With its renditions and their signed URLs, and with what lists leave out: the raw tags of an image and the logs of renditions that failed. One that was merged is shown as the upload that it was merged into.',
  })
  @ApiOkResponse({ description: 'The upload', schema: documentSchema(uploadViewSchema) })
  @Problems('upload.not_found')
  async getUpload(
    @Param('id', { schema: uploadId }) id: string,
    @Grant() grant: TokenGrant | null,
  ): Promise<UploadView> {
    const found = await admitPinned(grant, id, this.reader.get(id));
    return viewUpload(found, this.urls.sign);
  }
}
