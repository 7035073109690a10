import { type CallbackBodySettings, readCallbackBody } from '#oss';
import { LandfallError } from '#runtime';
import { type ProofSettings, proofSettingsOf, toLanding, UploadRegistry, type UploadStatus } from '#uploads';
import { Controller, HttpCode, Inject, Param, Post, Req, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { UnprovenLimit } from '../limits/unproven-limit.js';
import { type ApiConfig, configToken } from '../tokens.js';
import { bodySettingsOf } from './body-settings.js';
import { callbackOutcomes, unprovenCallbacks } from './callback-metrics.js';
import { CallbackGuard } from './callback.guard.js';

/** The answer that OSS forwards to the uploading client. */
interface CallbackAnswer {
  Status: 'OK';
  id: string;
  status: UploadStatus;
}

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
    summary:
      'Receives the signed callback of OSS after an upload; believes it if the URL has a secret of CALLBACK_URL_SECRETS',
  })
  async landed(
    @Req() request: FastifyRequest,
    @Param('secret') secret: string | undefined,
  ): Promise<CallbackAnswer> {
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
      { source: 'callback', secret, requestId, now: new Date() },
      this.proofSettings,
    );
    if (landing.proof === null) {
      const isForeign = (header(request, 'x-oss-bucket') || landed.bucket) !== landed.bucket;
      this.unproven.take(header(request, 'x-oss-pub-key-url') ?? '', isForeign);
    }
    const { id, status } = await this.registry.register(landing);
    callbackOutcomes.count('ok');
    return { Status: 'OK', id, status };
  }
}

function header({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
