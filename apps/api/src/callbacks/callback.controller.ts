import { type CallbackBodySettings, readCallbackBody } from '#oss';
import { LandfallError } from '#runtime';
import { checkTicketNonce, ticketVar, UploadRegistry, type UploadStatus } from '#uploads';
import { Controller, HttpCode, Inject, Post, Req, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { type ApiConfig, configToken } from '../tokens.js';
import { bodySettingsOf } from './body-settings.js';
import { callbackOutcomes } from './callback-metrics.js';
import { CallbackGuard } from './callback.guard.js';

/** What OSS hands on to the client that uploaded. */
interface CallbackAnswer {
  Status: 'OK';
  id: string;
  status: UploadStatus;
}

@ApiTags('callbacks')
@Controller('callbacks/oss')
export class CallbackController {
  private readonly bodySettings: CallbackBodySettings;

  constructor(
    private readonly registry: UploadRegistry,
    @Inject(configToken) private readonly config: ApiConfig,
  ) {
    this.bodySettings = bodySettingsOf(config);
  }

  @Post()
  @HttpCode(200)
  @UseGuards(CallbackGuard)
  @ApiOperation({ summary: 'Takes the signed callback of OSS after an upload' })
  async landed(@Req() request: FastifyRequest): Promise<CallbackAnswer> {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const landed = readCallbackBody(request.headers['content-type'], body, this.bodySettings);
    if (!this.config.oss.OSS_BUCKETS.includes(landed.bucket)) {
      throw new LandfallError(
        'callback.bucket_forbidden',
        `${landed.bucket}; add it to OSS_BUCKETS if it should be`,
      );
    }
    if (this.config.callback.CALLBACK_REQUIRE_TICKET) {
      checkTicketNonce(landed.vars[ticketVar], landed, this.config.tickets.TICKET_SECRETS, new Date());
    }
    const { id, status } = await this.registry.register(landed);
    callbackOutcomes.count('ok');
    return { Status: 'OK', id, status };
  }
}
