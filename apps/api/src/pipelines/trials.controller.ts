import { DataSource } from '#database';
import { kinds } from '#pipelines';
import { type ErrorCode, errorRowOf, LandfallError } from '#runtime';
import { ObjectStore } from '#storage';
import { beginTrial, findTrial, type Trial, type Upload } from '#uploads';
import { Controller, Get, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '../contract/annotations.js';
import { documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { JsonBody } from '../http/json-body.js';
import { type ApiConfig, configToken } from '../tokens.js';
import { trySchema } from './pipelines-request.js';

const trialId = z.uuid('must be a UUID').toLowerCase();

const trialViewSchema = z
  .object({
    id: z.uuid(),
    uploadId: z.uuid(),
    state: z.enum(['waiting', 'ready', 'failed']),
    url: z.string().nullable().describe('signed URL; null until the image is ready'),
    urlExpiresAt: z.iso.datetime().nullable(),
    mimeType: z.string().nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    sizeBytes: z.int().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable().describe('why it failed'),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Trial', description: 'An image that is tried on an upload and not published.' });
type TrialView = z.output<typeof trialViewSchema>;

/** Makes unpublished trial images, for authors of pipelines files. */
@ApiTags('pipelines')
@Controller('v1/pipelines/try')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class TrialsController {
  constructor(
    private readonly source: DataSource,
    private readonly store: ObjectStore,
    @Inject(configToken) private readonly config: ApiConfig,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Try an image on an upload',
    description:
      'A worker makes it ahead of all waiting work, with the same limits as other images; get the trial to see it. It does not become a rendition of the upload, and is removed after its URL has expired. At most four trials can be in progress at a time.',
  })
  @ApiBody({ schema: documentSchema(trySchema, 'input') })
  @ApiAcceptedResponse({ description: 'The waiting trial', schema: documentSchema(trialViewSchema) })
  @Problems('upload.not_found', 'trial.impossible', 'trial.busy', 'request.too_large')
  async tryRendition(
    @JsonBody(trySchema) { uploadId, rendition }: z.output<typeof trySchema>,
  ): Promise<TrialView> {
    const read = kinds.image.schema.safeParse({ name: 'try', kind: 'image', ...rendition });
    if (!read.success) throw new LandfallError('request.invalid', z.prettifyError(read.error));
    const { renditionPrefix } = this.config.oss;
    const { trial, upload } = await beginTrial(this.source, uploadId, { spec: read.data, renditionPrefix });
    return this.view(trial, upload);
  }

  @Get(':trialId')
  @ApiOperation({ summary: 'Get a trial', description: 'Returns its state and, once it is ready, its URL.' })
  @ApiOkResponse({ description: 'The trial', schema: documentSchema(trialViewSchema) })
  @Problems('trial.not_found')
  async getTrial(@Param('trialId', { schema: trialId }) id: string): Promise<TrialView> {
    const found = await findTrial(this.source, id);
    if (!found) throw new LandfallError('trial.not_found', id);
    return this.view(found.trial, found.upload);
  }

  private view(trial: Trial, { bucket }: Upload): TrialView {
    const { id, uploadId, objectKey, mimeType, width, height, sizeBytes, errorCode, createdAt } = trial;
    const signed = objectKey === null ? null : this.store.signUrl({ bucket, objectKey });
    return {
      id,
      uploadId,
      state: signed ? 'ready' : errorCode === null ? 'waiting' : 'failed',
      url: signed?.url ?? null,
      urlExpiresAt: signed?.expiresAt.toISOString() ?? null,
      mimeType,
      width,
      height,
      sizeBytes: sizeBytes === null ? null : Number(sizeBytes),
      error:
        errorCode === null ? null : { code: errorCode, message: errorRowOf(errorCode as ErrorCode).message },
      createdAt: createdAt.toISOString(),
    };
  }
}
