import { UploadReader, type UploadView, uploadViewSchema, viewUpload } from '#uploads';
import { Controller, Delete, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
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
import { DatabaseGuard } from '../http/database.guard.js';
import { OptionalJsonBody } from '../http/json-body.js';
import { documentSchema } from '../http/open-api.js';
import { SchemaPipe } from '../http/schema-pipe.js';
import { RenditionUrls } from '../streams/rendition-urls.js';
import { ReprocessDesk, type ReprocessBody, reprocessBodySchema } from './reprocess-desk.js';
import { UploadDesk } from './upload-desk.js';
import { uploadQuery, type UploadQuery, uploadQuerySchema } from './upload-query.js';

const uploadId = new SchemaPipe(z.uuid('an upload id (UUID) is wanted'));
const pageSchema = z.object({ items: z.array(uploadViewSchema), nextCursor: z.string().nullable() });

@ApiTags('uploads')
@ApiBearerAuth()
@Controller('v1/uploads')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class UploadsController {
  constructor(
    private readonly reader: UploadReader,
    private readonly urls: RenditionUrls,
    private readonly reprocessing: ReprocessDesk,
    private readonly desk: UploadDesk,
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
  async get(@Param('id', uploadId) id: string): Promise<UploadView> {
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
    @Param('id', uploadId) id: string,
    @OptionalJsonBody(reprocessBodySchema) body: ReprocessBody,
  ): Promise<UploadView> {
    await this.reprocessing.reprocess(id, body);
    return viewUpload(await this.reader.get(id), this.urls.sign);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Call off what is still to be made',
    description:
      'It ends as failed with the code rendition.cancelled, within two seconds wherever it is made; what is ready stays. Of an upload that is finished nothing changes.',
  })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiOkResponse({ schema: documentSchema(uploadViewSchema) })
  async cancel(@Param('id', uploadId) id: string): Promise<UploadView> {
    await this.desk.cancel(id);
    return viewUpload(await this.reader.get(id), this.urls.sign);
  }

  @Delete(':id')
  @ApiOperation({
    summary: 'Delete an upload with everything that was made of it',
    description:
      'What is being made is called off, and the renditions are removed within minutes; the original is yours and stays. The upload is shown as deleted from then on, and only lists with status=deleted hold it. A callback that OSS repeats revives nothing; what is uploaded to the same key afterwards, the same bytes too, is another upload. Deleting again changes nothing.',
  })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiOkResponse({ schema: documentSchema(uploadViewSchema) })
  async delete(@Param('id', uploadId) id: string): Promise<UploadView> {
    await this.desk.delete(id);
    return viewUpload(await this.reader.get(id), this.urls.sign);
  }
}
