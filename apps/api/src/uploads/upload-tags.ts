import type { SignRendition } from '#uploads';
import { Inject, Injectable } from '@nestjs/common';
import { entityTagOf } from '../http/entity-tags.js';
import { type ApiConfig, configToken } from '../tokens.js';

/** Makes the entity tags of uploads as they are shown. */
@Injectable()
export class UploadTags {
  constructor(@Inject(configToken) private readonly config: ApiConfig) {}

  /**
   * The tag of what is shown. In the place of a URL counts which object it is for; where there are
   * any, the tag changes after half of their lifetime, so that a client that is answered 304 keeps
   * URLs that hold for another half at least.
   */
  of(show: (sign: SignRendition) => unknown): string {
    let hasUrls = false;
    const content = show((_upload, { objectKey }) => {
      hasUrls = true;
      return { url: objectKey ?? '', expiresAt: new Date(0) };
    });
    const halfLifetimeMs = this.config.oss.urlLifetimeS * 500;
    return entityTagOf(content, hasUrls ? Math.floor(Date.now() / halfLifetimeMs) : undefined);
  }
}
