import { DataSource } from '#database';
import type { Pipelines } from '#pipelines';
import { cancelUpload, deleteUpload, reprocessUpload, type UploadView, uploadViewSchema } from '#uploads';
import { Controller, Delete, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '../contract/annotations.js';
import { z } from 'zod';
import { ChangesIfMatch } from '../contract/conditional.js';
import { documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { OptionalJsonBody } from '../http/json-body.js';
import { type ApiConfig, configToken, pipelinesToken } from '../tokens.js';
import { ChangedUpload, IfMatch } from './changed-upload.js';
import { uploadId } from './upload-query.js';

/** The body of POST /v1/uploads/{id}/reprocess. */
const reprocessBodySchema = z
  .strictObject({
    renditions: z
      .array(z.string().max(63))
      .min(1)
      .max(50)
      .optional()
      .describe('names of the renditions to remake; defaults to all'),
  })
  .meta({
    id: 'ReprocessRequest',
    description: 'The renditions to remake.',
    examples: [{ renditions: ['thumb'] }],
  });

/** Reprocesses, cancels and deletes uploads. */
@ApiTags('uploads')
@Controller('v1/uploads')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class UploadChangesController {
  constructor(
    private readonly source: DataSource,
    private readonly changed: ChangedUpload,
    @Inject(pipelinesToken) private readonly pipelines: Pipelines,
    @Inject(configToken) private readonly config: ApiConfig,
  ) {}

  @Post(':id/reprocess')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Reprocess an upload',
    description:
      'Remakes the renditions that are missing, failed, or made from a spec that differs from the current pipelines file. New uploads go first. A ready version is served until the new one is ready.',
  })
  @ApiBody({ required: false, schema: documentSchema(reprocessBodySchema, 'input') })
  @ApiAcceptedResponse({
    description: 'The upload, with its pending renditions',
    schema: documentSchema(uploadViewSchema),
  })
  @Problems('upload.not_found', 'upload.superseded', 'rendition.unknown')
  async reprocessUpload(
    @Param('id', { schema: uploadId }) id: string,
    @OptionalJsonBody(reprocessBodySchema) { renditions }: z.output<typeof reprocessBodySchema>,
  ): Promise<UploadView> {
    const sweepAfterMs = this.config.worker.sweepAfterMs;
    await reprocessUpload(this.source, id, { pipelines: this.pipelines, names: renditions, sweepAfterMs });
    return this.changed.view(id);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Cancel the pending renditions of an upload',
    description:
      'They fail with rendition.cancelled within two seconds, on any worker; ready renditions stay. A finished upload does not change.',
  })
  @ApiOkResponse({ description: 'The upload as it is now', schema: documentSchema(uploadViewSchema) })
  @Problems('upload.not_found')
  async cancelUpload(@Param('id', { schema: uploadId }) id: string): Promise<UploadView> {
    await cancelUpload(this.source, id);
    return this.changed.view(id);
  }

  @Delete(':id')
  @ChangesIfMatch()
  @ApiOperation({
    summary: 'Delete an upload and its renditions',
    description:
      'Pending renditions are cancelled, and existing ones are removed within minutes; the original stays. From then on the upload has the status deleted and appears only in lists with status=deleted. A repeated callback does not restore it; a later upload to the same key, even of the same bytes, is another upload. Deleting it again changes nothing.',
  })
  @ApiOkResponse({ description: 'The upload, deleted', schema: documentSchema(uploadViewSchema) })
  @Problems('upload.not_found')
  async deleteUpload(
    @Param('id', { schema: uploadId }) id: string,
    @IfMatch() ifMatch: string | undefined,
  ): Promise<UploadView> {
    const { renditionPrefix, urlLifetimeS } = this.config.oss;
    const made = { renditionPrefix, urlLifetimeMs: urlLifetimeS * 1_000 };
    await deleteUpload(this.source, id, made, this.changed.admission(ifMatch));
    return this.changed.view(id);
  }
}
