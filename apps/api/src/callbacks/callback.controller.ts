import { readCallbackBody } from '#oss';
import { LandfallError } from '#runtime';
import { UploadRegistry, type UploadStatus } from '#uploads';
import { All, Controller, HttpCode, Inject, Post, Req, UseGuards } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CallbackGuard } from './callback.guard.js';

/** Injection token of the buckets whose uploads are taken. */
export const allowedBuckets = Symbol('allowedBuckets');

/** What OSS hands on to the client that uploaded. */
interface CallbackAnswer {
  Status: 'OK';
  id: string;
  status: UploadStatus;
}

@ApiTags('callbacks')
@Controller('callbacks/oss')
export class CallbackController {
  constructor(
    private readonly registry: UploadRegistry,
    @Inject(allowedBuckets) private readonly buckets: ReadonlySet<string>,
  ) {}

  @Post()
  @HttpCode(200)
  @UseGuards(CallbackGuard)
  @ApiOperation({ summary: 'Takes the signed callback of OSS after an upload' })
  async landed(@Req() request: FastifyRequest): Promise<CallbackAnswer> {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const landed = readCallbackBody(request.headers['content-type'], body);
    if (!this.buckets.has(landed.bucket)) {
      throw new LandfallError(
        'callback.bucket_forbidden',
        `${landed.bucket}; add it to OSS_BUCKETS if it should be`,
      );
    }
    const { id, status } = await this.registry.register(landed);
    return { Status: 'OK', id, status };
  }

  @All()
  @ApiExcludeEndpoint()
  wrongMethod(@Req() request: FastifyRequest): never {
    throw new LandfallError('request.method_not_allowed', `${request.method}; OSS sends POST`, {
      context: { allow: 'POST' },
    });
  }
}
