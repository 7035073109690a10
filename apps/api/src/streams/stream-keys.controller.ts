import { LandfallError } from '#runtime';
import { findStreamKey, UploadReader } from '#uploads';
import { Controller, Get, Header, HttpCode, Options, Param, StreamableFile, UseGuards } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiTags } from '../contract/annotations.js';
import { DataSource } from '#database';
import { z } from 'zod';
import { Problems } from '../contract/problems.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';

const uploadIdSchema = z.uuid();

/** Serves the keys of encrypted streams. They require an API key; a stream link is not enough. */
@ApiTags('streams')
@Controller('v1/streams/:uploadId/:rendition/key')
export class StreamKeysController {
  constructor(
    private readonly reader: UploadReader,
    private readonly source: DataSource,
  ) {}

  @Get()
  @UseGuards(ApiKeyGuard, DatabaseGuard)
  @Header('cache-control', 'private, no-store')
  @Header('access-control-allow-origin', '*')
  @ApiOperation({
    summary: 'Get the key of an encrypted stream',
    description: 'Playlists refer to this URL. It requires an API key: let your backend proxy the request.',
  })
  @ApiOkResponse({
    description: 'The 16 bytes of the key',
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  })
  @Problems('upload.not_found', 'rendition.not_found')
  async getStreamKey(
    @Param('uploadId', { schema: uploadIdSchema }) uploadId: string,
    @Param('rendition') name: string,
  ): Promise<StreamableFile> {
    const { upload, renditions } = await this.reader.get(uploadId);
    const specHash = renditions.find((one) => one.name === name)?.specHash;
    const key = specHash && (await findStreamKey(this.source, upload.id, name, specHash));
    if (!key) throw new LandfallError('rendition.not_found', name);
    return new StreamableFile(key, { type: 'application/octet-stream', length: key.length });
  }

  /** Answers the CORS preflight that browsers send before a request with an API key. */
  @Options()
  @HttpCode(204)
  @Header('access-control-allow-origin', '*')
  @Header('access-control-allow-methods', 'GET')
  @Header('access-control-allow-headers', 'authorization')
  @Header('access-control-max-age', '86400')
  @ApiExcludeEndpoint()
  preflight(): void {}
}
