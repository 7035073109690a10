import { posix } from 'node:path';
import { LandfallError } from '#runtime';
import { ObjectStore } from '#storage';
import { UploadReader } from '#uploads';
import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { SchemaPipe } from '../http/schema-pipe.js';
import { rewritePlaylist } from './playlist.js';
import { playbackS } from './rendition-urls.js';
import { StreamLinks } from './stream-links.js';

/** Ten hours in segments of four seconds, with room. */
const playlistMaxBytes = 2_097_152;
const readTimeoutMs = 10_000;

const linkQuery = z.object({
  expires: z.coerce.number().int().positive(),
  signature: z.string().max(128),
});

/** Plays HLS from a private bucket: playlists come through here, with signed URLs for the segments; segments come from OSS. */
@ApiTags('streams')
@Controller('v1/streams')
export class StreamsController {
  constructor(
    private readonly reader: UploadReader,
    private readonly store: ObjectStore,
    private readonly links: StreamLinks,
  ) {}

  @Get(':uploadId/:rendition/*')
  @Header('content-type', 'application/vnd.apple.mpegurl')
  @Header('cache-control', 'private, max-age=60')
  @Header('access-control-allow-origin', '*')
  @ApiOperation({ summary: 'A playlist of an HLS rendition; the link is in the rendition' })
  async playlist(
    @Param('uploadId', new SchemaPipe(z.uuid())) uploadId: string,
    @Param('rendition') name: string,
    @Param('*') playlist: string,
    @Query(new SchemaPipe(linkQuery)) { expires, signature }: z.output<typeof linkQuery>,
  ): Promise<string> {
    const link = { uploadId, rendition: name, expires };
    this.links.check(link, signature);
    const { upload, renditions } = await this.reader.get(uploadId);
    const rendition = renditions.find((one) => one.name === name);
    if (rendition?.kind !== 'hls' || rendition.status !== 'ready' || !rendition.objectKey) {
      throw new LandfallError('rendition.not_found', name);
    }
    const folder = posix.dirname(rendition.objectKey);
    const objectKey = within(folder, playlist);
    if (!objectKey.endsWith('.m3u8')) throw new LandfallError('rendition.not_found', playlist);
    const text = await this.store.readStart(
      { bucket: upload.bucket, objectKey },
      playlistMaxBytes,
      AbortSignal.timeout(readTimeoutMs),
    );
    return rewritePlaylist(text.toString('utf8'), (uri) => {
      if (uri.endsWith('.m3u8')) return `${uri}?${this.links.query(link)}`;
      const segment = within(folder, posix.join(posix.dirname(playlist), uri));
      return this.store.signUrl(
        { bucket: upload.bucket, objectKey: segment },
        playbackS(rendition.durationMs),
      ).url;
    });
  }
}

/** The key of a file of the rendition; a path that leads out of its folder is refused. */
function within(folder: string, path: string): string {
  const objectKey = posix.join(folder, path);
  if (!objectKey.startsWith(`${folder}/`)) throw new LandfallError('rendition.not_found', path);
  return objectKey;
}
