import { UploadReader, type UploadView, uploadViewSchema, viewUpload } from '#uploads';
import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { documentSchema } from '../http/open-api.js';
import { SchemaPipe } from '../http/schema-pipe.js';
import { RenditionUrls } from '../streams/rendition-urls.js';
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
  ) {}

  @Get()
  @ApiOperation({ summary: 'Uploads, newest first' })
  @ApiQuery({
    name: 'query',
    required: false,
    style: 'form',
    explode: true,
    schema: documentSchema(uploadQuerySchema, 'input'),
  })
  @ApiOkResponse({ schema: documentSchema(pageSchema) })
  async list(@Query(new SchemaPipe(uploadQuery)) query: UploadQuery): Promise<z.output<typeof pageSchema>> {
    const page = await this.reader.list(query.filter, query.limit, query.cursor);
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
}
