import { type CallbackBodySettings, readCallbackBody } from '#oss';
import { LandfallError } from '#runtime';
import { type ProofSettings, proofSettingsOf, toLanding, UploadRegistry, uploadStatusSchema } from '#uploads';
import { Controller, HttpCode, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '../contract/annotations.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { UnprovenLimit } from '../limits/unproven-limit.js';
import { type ApiConfig, configToken } from '../tokens.js';
import { bodySettingsOf } from './body-settings.js';
import { callbackOutcomes, callbackTimes, unprovenCallbacks } from './callback-metrics.js';
import { CallbackGuard } from './callback.guard.js';

/** The answer that OSS forwards to the uploading client. */
const callbackAnswerSchema = z
  .object({ Status: z.literal('OK'), id: z.uuid(), status: uploadStatusSchema })
  .meta({
    id: 'CallbackAnswer',
    description: 'The response that OSS forwards to the client that uploaded.',
    examples: [{ Status: 'OK', id: '019ad5f2-9a10-7b21-8f4e-5d0c7e3b1a66', status: 'stored' }],
  });
type CallbackAnswer = z.output<typeof callbackAnswerSchema>;

const callbackBodySchema = z
  .looseObject({ bucket: z.string(), object: z.string(), etag: z.string().optional() })
  .meta({
    id: 'CallbackBody',
    description: 'The fields of your callback template (docs/callbacks/reference.md); all others are vars.',
    examples: [
      { bucket: 'examplebucket', object: 'exampledir/example.jpg', etag: '5B3C…', 'x:user_id': '42' },
    ],
  });

/** Read directly instead of with `@Param`, whose value would pass through the asynchronous global pipes on the hot path. */
type CallbackRequest = FastifyRequest<{ Params: { secret?: string } }>;

@ApiTags('callbacks')
@Controller('callbacks/oss')
export class CallbackController {
  private readonly bodySettings: CallbackBodySettings;
  private readonly proofSettings: ProofSettings;
  private readonly unproven: UnprovenLimit;

  constructor(
    private readonly registry: UploadRegistry,
    @Inject(configToken) private readonly config: ApiConfig,
  ) {
    this.bodySettings = bodySettingsOf(config);
    this.proofSettings = proofSettingsOf(config);
    this.unproven = new UnprovenLimit(
      config.callback.unprovenPerMinute,
      'callback.unproven_limited',
      unprovenCallbacks,
    );
  }

  @Post(['', ':secret'])
  @HttpCode(200)
  @UseGuards(CallbackGuard)
  @ApiOperation({
    summary: 'Receive the signed callback of an upload from OSS',
    description:
      'It is trusted if it contains a ticket or its URL contains a secret of CALLBACK_URL_SECRETS; otherwise a worker first checks the object with OSS.',
  })
  @ApiConsumes('application/x-www-form-urlencoded', 'application/json')
  @ApiBody({ schema: documentSchema(callbackBodySchema, 'input') })
  @ApiOkResponse({ description: 'The landing is recorded', schema: documentSchema(callbackAnswerSchema) })
  @Problems(
    'callback.body_type_unsupported',
    'callback.body_malformed',
    'callback.field_missing',
    'callback.field_duplicated',
    'callback.field_invalid',
    'callback.placeholder_unrendered',
    'callback.bucket_forbidden',
    'ticket.missing',
    'ticket.invalid',
    'ticket.expired',
    'callback.unproven_limited',
    'callback.overloaded',
    'database.unavailable',
  )
  async receiveCallback(@Req() request: CallbackRequest, @Res() reply: FastifyReply): Promise<void> {
    const startedAt = performance.now();
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const landed = readCallbackBody(request.headers['content-type'], body, this.bodySettings);
    if (!this.config.oss.buckets.includes(landed.bucket)) {
      throw new LandfallError(
        'callback.bucket_forbidden',
        `${landed.bucket}; add it to OSS_BUCKETS to accept it`,
      );
    }
    const requestId = header(request, 'x-oss-request-id');
    const landing = toLanding(
      landed,
      { source: 'callback', secret: request.params.secret, requestId, now: new Date() },
      this.proofSettings,
    );
    if (landing.proof === null) {
      const isForeign = (header(request, 'x-oss-bucket') || landed.bucket) !== landed.bucket;
      this.unproven.take(header(request, 'x-oss-pub-key-url') ?? '', isForeign);
    }
    const { id, status } = await this.registry.register(landing);
    callbackOutcomes.count('ok');
    callbackTimes.observe((performance.now() - startedAt) / 1_000);
    const answer: CallbackAnswer = { Status: 'OK', id, status };
    reply.send(answer);
  }
}

function header({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
