import { UploadReader, type UploadView, uploadViewSchema, viewUpload } from '#uploads';
import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import { z } from 'zod';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { OptionalJsonBody } from '../http/json-body.js';
import { documentSchema } from '../http/open-api.js';
import { SchemaPipe } from '../http/schema-pipe.js';
import { RenditionUrls } from '../streams/rendition-urls.js';
import { ReprocessDesk, type ReprocessBody, reprocessBodySchema } from './reprocess-desk.js';
import { uploadQuery, type UploadQuery, uploadQuerySchema } from './upload-query.js';

const pageSchema = z.object({ items: z.array(uploadViewSchema), nextCursor: z.string().nullable() });

@ApiTags('uploads')
@ApiBearerAuth()
@Controller('v1/uploads')
@UseGuards(ApiKeyGuard)
export class UploadsController {
  constructor(
    private readonly reader: UploadReader,
    private readonly urls: RenditionUrls,
    private readonly reprocessing: ReprocessDesk,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Uploads, newest first; with similarTo the near duplicates of one, nearest first',
  })
  @ApiQuery({
    name: 'query',
    required: false,
    style: 'form',
    explode: true,
    schema: documentSchema(uploadQuerySchema, 'input'),
  })
  @ApiOkResponse({ schema: documentSchema(pageSchema) })
  async list(@Query(new SchemaPipe(uploadQuery)) query: UploadQuery): Promise<z.output<typeof pageSchema>> {
    const { filter, similarTo, limit, cursor } = query;
    const page = similarTo
      ? await this.reader.listSimilar(similarTo, filter, limit, cursor)
      : await this.reader.list(filter, limit, cursor);
    return { items: page.items.map((item) => viewUpload(item, this.urls.sign)), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One upload with its renditions and their signed URLs' })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiOkResponse({ schema: documentSchema(uploadViewSchema) })
  async get(
    @Param('id', new SchemaPipe(z.uuid('an upload id (UUID) is wanted'))) id: string,
  ): Promise<UploadView> {
    return viewUpload(await this.reader.get(id), this.urls.sign);
  }

  @Post(':id/reprocess')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Make again what is missing, has failed or is not as the pipelines file asks for now',
    description: 'Behind all fresh uploads. A rendition that is ready is served until its successor is.',
  })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiBody({ required: false, schema: documentSchema(reprocessBodySchema, 'input') })
  @ApiAcceptedResponse({ schema: documentSchema(uploadViewSchema) })
  async reprocess(
    @Param('id', new SchemaPipe(z.uuid('an upload id (UUID) is wanted'))) id: string,
    @OptionalJsonBody(reprocessBodySchema) body: ReprocessBody,
  ): Promise<UploadView> {
    await this.reprocessing.reprocess(id, body);
    return viewUpload(await this.reader.get(id), this.urls.sign);
  }
}
