import {
  type SignRendition,
  type UploadField,
  uploadFields,
  UploadReader,
  uploadStatusSchema,
  type UploadView,
  uploadViewSchema,
  viewFields,
  viewUpload,
} from '#uploads';
import { Controller, Get, Param, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '../contract/annotations.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Grant, UploadAccessGuard } from '../access/access.guard.js';
import type { TokenGrant } from '../access/access-token.js';
import { admitPinned } from '../access/pinned-upload.js';
import { Conditional, tagHeader } from '../contract/conditional.js';
import { ApiListQuery, documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { isUnchanged } from '../http/entity-tags.js';
import { RenditionUrls } from '../streams/rendition-urls.js';
import { uploadFieldSchema, uploadId, uploadQuery, type UploadQuery } from './upload-query.js';
import { UploadTags } from './upload-tags.js';

const nextCursor = z.string().nullable().describe('cursor of the next page; null on the last');
const missing = z.array(z.uuid()).optional().describe('with ids: those that were not found');
const pageSchema = z
  .object({ items: z.array(uploadViewSchema), nextCursor, missing })
  .meta({ id: 'UploadPage', description: 'One page of a list of uploads.' });
const partialPageSchema = z
  .object({
    items: z.array(
      uploadViewSchema.partial().required({ id: true }).meta({
        id: 'PartialUpload',
        description: 'The requested fields of an upload, and its id.',
      }),
    ),
    nextCursor,
    missing,
  })
  .meta({ id: 'PartialUploadPage', description: 'One page of a list of uploads, with `fields`.' });
const answerSchema = z.union([pageSchema, partialPageSchema]);

/** Lists uploads and returns single ones. */
@ApiTags('uploads')
@Controller('v1/uploads')
export class UploadsController {
  constructor(
    private readonly reader: UploadReader,
    private readonly urls: RenditionUrls,
    private readonly tags: UploadTags,
  ) {}

  @Get()
  @UseGuards(ApiKeyGuard, DatabaseGuard)
  @ApiOperation({
    summary: 'List uploads',
    description:
      'Newest first, or oldest first with `sort`. `similarTo` lists the near duplicates of one upload, nearest first; `ids` lists the given uploads in their order. With `fields`, the items have only these fields (PartialUploadPage).',
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
  @Conditional()
  @ApiOkResponse({ description: 'One page', headers: tagHeader, schema: documentSchema(answerSchema) })
  @Problems('request.cursor_invalid', 'uploads.too_many', 'upload.not_found', 'upload.not_comparable')
  async listUploads(
    @Query({ schema: uploadQuery }) query: UploadQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.output<typeof answerSchema> | undefined> {
    const { fields = uploadFields } = query;
    const { items, ...rest } = await this.read(query, fields);
    const show = (sign: SignRendition) => ({
      items: items.map((item) => viewFields(item, fields, sign)),
      ...rest,
    });
    if (isUnchanged(request, reply, this.tags.of(show))) return undefined;
    return show(this.urls.sign);
  }

  private async read(query: UploadQuery, fields: readonly UploadField[]) {
    if ('ids' in query) return { ...(await this.reader.getMany(query.ids, fields)), nextCursor: null };
    const { filter, page } = query;
    return 'similarTo' in query
      ? this.reader.listSimilar(query.similarTo, filter, page)
      : this.reader.list(filter, page);
  }

  @Get(':id')
  @UseGuards(UploadAccessGuard, DatabaseGuard)
  @ApiOperation({
    summary: 'Get an upload',
    description:
      'Includes its renditions with signed URLs, and what lists omit: the raw tags of an image and the logs of failed renditions. For a merged upload, returns the upload that it was merged into.',
  })
  @Conditional()
  @ApiOkResponse({ description: 'The upload', headers: tagHeader, schema: documentSchema(uploadViewSchema) })
  @Problems('upload.not_found')
  async getUpload(
    @Param('id', { schema: uploadId }) id: string,
    @Grant() grant: TokenGrant | null,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadView | undefined> {
    const found = await admitPinned(grant, id, this.reader.get(id));
    const show = (sign: SignRendition) => viewUpload(found, sign);
    if (isUnchanged(request, reply, this.tags.of(show))) return undefined;
    return show(this.urls.sign);
  }
}
