import { posix } from 'node:path';
import { DataSource } from '#database';
import { LandfallError } from '#runtime';
import { ObjectStore } from '#storage';
import { readGrowing, type Rendition, type Upload, UploadReader } from '#uploads';
import { Controller, Get, Header, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '../contract/annotations.js';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { type GrowingStream, namingFile, writeGrowing } from '#playlists';
import { Problems, SecuredBy } from '../contract/problems.js';
import { playbackS } from './rendition-urls.js';
import { StreamLinks } from './stream-links.js';

/** Fits a DASH manifest of ten hours with segments of four seconds and ten rungs, with a margin. */
const namingMaxBytes = 8_388_608;
const readTimeoutMs = 10_000;
/** Path of the encryption key, relative to the rendition. Served by StreamKeysController, which requires an API key. */
const keyPath = 'key';

const fileParams = z.object({ uploadId: z.uuid(), rendition: z.string(), '*': z.string() });
const linkQuery = z.object({
  expires: z.coerce.number().int().positive(),
  signature: z.string().max(128),
});

/**
 * Serves streams from a private bucket. Files that refer to others (playlists, manifests, storyboard
 * cues) are served here with signed URLs inserted; all other files come from OSS directly.
 */
@ApiTags('streams')
@Controller('v1/streams')
export class StreamsController {
  constructor(
    private readonly reader: UploadReader,
    private readonly store: ObjectStore,
    private readonly links: StreamLinks,
    private readonly source: DataSource,
  ) {}

  @Get(':uploadId/:rendition/*')
  @Header('access-control-allow-origin', '*')
  @ApiOperation({
    summary: 'Get a playlist, manifest or cues of a stream',
    description:
      'Returns a playlist, a DASH manifest or the cues of a storyboard, with signed URLs in it. `url` of a rendition is the complete link.',
  })
  @ApiOkResponse({
    description: 'The file',
    content: {
      'application/vnd.apple.mpegurl': { schema: { type: 'string' } },
      'application/dash+xml': { schema: { type: 'string' } },
      'text/vtt': { schema: { type: 'string' } },
    },
  })
  @SecuredBy('streamLink')
  @Problems(
    'auth.link_invalid',
    'upload.not_found',
    'rendition.not_found',
    'object.missing',
    'storage.unavailable',
    'storage.denied',
    'storage.refused',
    'database.unavailable',
  )
  async getStreamFile(
    @Param({ schema: fileParams }) { uploadId, rendition: name, '*': path }: z.output<typeof fileParams>,
    @Query({ schema: linkQuery }) { expires, signature }: z.output<typeof linkQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const link = { uploadId, rendition: name, expires };
    this.links.check(link, signature);
    const { upload, renditions } = await this.reader.get(uploadId);
    const rendition = renditions.find((one) => one.name === name);
    const naming = rendition && namingFile(rendition.kind, path);
    if (!rendition || !naming) throw new LandfallError('rendition.not_found', name);
    const folder = folderOf(rendition);
    const growing = await this.readGrowing(upload, rendition, path);
    const text = growing ?? (await this.read(upload, within(folder, path)));
    // Players poll a growing playlist, so segment URLs must stay the same between reads.
    const signedAt = growing === null ? undefined : this.store.signingTime(playbackS(rendition.durationMs));
    void reply.headers({
      'content-type': naming.contentType,
      // A pending rendition grows, and players poll its playlist every few seconds.
      'cache-control': rendition.status === 'ready' ? 'private, max-age=60' : 'private, no-cache',
    });
    return naming.rewrite(text, (uri) => {
      const named = posix.join(posix.dirname(path), uri);
      if (named === keyPath) return uri;
      if (namingFile(rendition.kind, named)) return `${uri}?${this.links.query(link)}`;
      const address = { bucket: upload.bucket, objectKey: within(folder, named) };
      return this.store.signUrl(address, playbackS(rendition.durationMs), signedAt).url;
    });
  }

  /** Returns a playlist of the playable part of a stream whose chunks are still being encoded; null if there is none. */
  private async readGrowing({ id }: Upload, rendition: Rendition, path: string): Promise<string | null> {
    if (rendition.status !== 'pending') return null;
    const found = await readGrowing(this.source, { uploadId: id, versionId: rendition.id });
    // The cast is safe: video chunks hold rungs, audio chunks hold audio.
    return found && writeGrowing(found as GrowingStream, path, `../${keyPath}`);
  }

  private async read({ bucket }: Upload, objectKey: string): Promise<string> {
    const address = { bucket, objectKey };
    const bytes = await this.store.readStart(address, namingMaxBytes, AbortSignal.timeout(readTimeoutMs));
    return bytes.toString('utf8');
  }
}

/** Returns the folder of a rendition's files. @throws LandfallError rendition.not_found if it failed or has no files yet */
function folderOf({ name, status, objectKey }: Rendition): string {
  if (status === 'failed' || !objectKey) throw new LandfallError('rendition.not_found', name);
  return posix.dirname(objectKey);
}

/** Resolves a path within the rendition's folder. @throws LandfallError rendition.not_found if it leaves the folder */
function within(folder: string, path: string): string {
  const objectKey = posix.join(folder, path);
  if (!objectKey.startsWith(`${folder}/`)) throw new LandfallError('rendition.not_found', path);
  return objectKey;
}
