import { posix } from 'node:path';
import { ObjectStore } from '#storage';
import type { SignRendition } from '#uploads';
import { namingFile } from '#playlists';
import { Injectable } from '@nestjs/common';
import { StreamLinks } from './stream-links.js';

/**
 * Creates the URL of a rendition: a signed OSS URL, or a link to this API for a file that refers to
 * others, such as a playlist, whose URLs the API rewrites.
 */
@Injectable()
export class RenditionUrls {
  constructor(
    private readonly store: ObjectStore,
    private readonly links: StreamLinks,
  ) {}

  readonly sign: SignRendition = (upload, rendition) => {
    const objectKey = rendition.objectKey ?? '';
    const signed = this.store.signUrl({ bucket: upload.bucket, objectKey }, playbackS(rendition.durationMs));
    if (!namingFile(rendition.kind, objectKey)) return signed;
    const expires = Math.floor(signed.expiresAt.getTime() / 1_000);
    const link = { uploadId: upload.id, rendition: rendition.name, expires };
    const { dash } = rendition.details as { dash?: unknown };
    return {
      url: this.links.url(link, posix.basename(objectKey)),
      ...(typeof dash === 'string' ? { dashUrl: this.links.url(link, dash) } : {}),
      expiresAt: new Date(expires * 1_000),
    };
  };
}

/** Minimum URL lifetime in seconds: twice the duration, to allow for pauses. */
export function playbackS(durationMs: number | null): number {
  return ((durationMs ?? 0) / 1_000) * 2;
}
