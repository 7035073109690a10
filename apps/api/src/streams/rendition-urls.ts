import { posix } from 'node:path';
import { ObjectStore } from '#storage';
import type { SignRendition } from '#uploads';
import { namingFile } from '#playlists';
import { Inject, Injectable } from '@nestjs/common';
import { type ApiConfig, configToken } from '../tokens.js';
import { StreamLinks } from './stream-links.js';

/**
 * Creates the URL of a rendition: a signed OSS URL, or a link to this API if the file refers to
 * others, whose URLs we rewrite.
 */
@Injectable()
export class RenditionUrls {
  constructor(
    private readonly store: ObjectStore,
    private readonly links: StreamLinks,
    @Inject(configToken) private readonly config: ApiConfig,
  ) {}

  /**
   * Stands for a URL in an entity tag: which object, and which half of a lifetime it is. A client that
   * is answered 304 keeps URLs that hold for another half at least.
   */
  readonly stampOf: SignRendition = (_upload, rendition) => {
    const halfMs = this.config.oss.urlLifetimeS * 500;
    return {
      url: rendition.objectKey ?? '',
      expiresAt: new Date(Math.floor(Date.now() / halfMs) * halfMs),
    };
  };

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

/** Long enough to watch a stream with pauses. */
export function playbackS(durationMs: number | null): number {
  return ((durationMs ?? 0) / 1_000) * 2;
}
