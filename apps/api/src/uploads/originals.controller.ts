import { LandfallError } from '#runtime';
import { ObjectStore } from '#storage';
import { UploadReader } from '#uploads';
import { Controller, Get, Param, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { ApiOkResponse, ApiOperation, ApiTags } from '../contract/annotations.js';
import { documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { playbackS } from '../streams/rendition-urls.js';
import { uploadId } from './upload-query.js';

const originalSchema = z
  .object({ url: z.string().describe('signed URL'), urlExpiresAt: z.iso.datetime() })
  .meta({
    id: 'Original',
    description: 'A signed URL of the original object.',
    examples: [
      {
        url: 'https://examplebucket.oss-cn-hangzhou.aliyuncs.com/exampledir/example.jpg?x-oss-signature=7f1c…',
        urlExpiresAt: '2026-01-15T09:30:00.000Z',
      },
    ],
  });

/** Signs URLs of originals. Requires an API key, because originals contain metadata that renditions lack. */
@ApiTags('uploads')
@Controller('v1/uploads/:id/original')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class OriginalsController {
  constructor(
    private readonly reader: UploadReader,
    private readonly store: ObjectStore,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Get a URL of the original',
    description:
      'Signs a URL of the object as it was uploaded, with all its metadata, such as location and camera. Does not check that the object still exists. Once the object is known to be overwritten, the request fails with object.changed.',
  })
  @ApiOkResponse({ description: 'A signed URL of the object', schema: documentSchema(originalSchema) })
  @Problems('upload.not_found', 'object.changed')
  async getOriginal(@Param('id', { schema: uploadId }) id: string): Promise<z.output<typeof originalSchema>> {
    const { upload, currentId } = await this.reader.get(id);
    if (currentId !== null && currentId !== upload.id)
      throw new LandfallError('object.changed', `the object now belongs to upload ${currentId}`);
    const { durationMs } = upload.metadata as { durationMs?: number | null };
    const { url, expiresAt } = this.store.signUrl(upload, playbackS(durationMs ?? null));
    return { url, urlExpiresAt: expiresAt.toISOString() };
  }
}
