import { posix } from 'node:path';
import type { ObjectStore } from '#storage';
import type { SignRendition } from '#uploads';
import type { StreamLinks } from './stream-links.js';

/** The URL of a rendition: signed for OSS itself, or for an HLS rendition a link to the playlists that we rewrite. */
export class RenditionUrls {
  constructor(
    private readonly store: ObjectStore,
    private readonly links: StreamLinks,
  ) {}

  readonly sign: SignRendition = (upload, rendition) => {
    const objectKey = rendition.objectKey ?? '';
    const signed = this.store.signUrl({ bucket: upload.bucket, objectKey }, playbackS(rendition.durationMs));
    if (rendition.kind !== 'hls') return signed;
    const expires = Math.floor(signed.expiresAt.getTime() / 1_000);
    const link = { uploadId: upload.id, rendition: rendition.name, expires };
    return { url: this.links.url(link, posix.basename(objectKey)), expiresAt: new Date(expires * 1_000) };
  };
}

/** Long enough to watch it with pauses. */
export function playbackS(durationMs: number | null): number {
  return ((durationMs ?? 0) / 1_000) * 2;
}
