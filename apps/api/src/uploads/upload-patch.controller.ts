import { DataSource } from '#database';
import { updateUpload, type UploadView, uploadViewSchema } from '#uploads';
import { Controller, Param, Patch, Res, UseGuards } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '../contract/annotations.js';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { ChangesIfMatch, tagHeader } from '../contract/conditional.js';
import { documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { MergePatchBody } from '../http/json-body.js';
import { ChangedUpload, IfMatch } from './changed-upload.js';
import { uploadPatchSchema } from './upload-patch.js';
import { uploadId } from './upload-query.js';

/** Changes title, tags and labels, which belong to the client's backend. */
@ApiTags('uploads')
@Controller('v1/uploads')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class UploadPatchController {
  constructor(
    private readonly source: DataSource,
    private readonly changed: ChangedUpload,
  ) {}

  @Patch(':id')
  @ChangesIfMatch()
  @ApiOperation({
    summary: 'Change title, tags and labels of an upload',
    description:
      'Takes a JSON merge patch (RFC 7396): omitted fields stay, and null removes a value. This metadata is set by your backend only: no callback changes it, and it does not affect vars.',
  })
  @ApiConsumes('application/json', 'application/merge-patch+json')
  @ApiBody({ schema: documentSchema(uploadPatchSchema, 'input') })
  @ApiOkResponse({
    description: 'The upload as it is now',
    headers: tagHeader,
    schema: documentSchema(uploadViewSchema),
  })
  @Problems('upload.not_found', 'upload.labels_exceeded')
  async updateUpload(
    @Param('id', { schema: uploadId }) id: string,
    @MergePatchBody(uploadPatchSchema) patch: z.output<typeof uploadPatchSchema>,
    @IfMatch() ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadView> {
    await updateUpload(this.source, id, patch, this.changed.admission(ifMatch));
    return this.changed.view(id, reply);
  }
}
