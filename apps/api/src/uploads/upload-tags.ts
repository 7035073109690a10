import { createHmac } from 'node:crypto';
import type { SignRendition } from '#uploads';
import { Inject, Injectable } from '@nestjs/common';
import { entityTagOf } from '../http/entity-tags.js';
import { type ApiConfig, configToken } from '../tokens.js';

/** Makes the entity tags of uploads as they are shown. */
@Injectable()
export class UploadTags {
  private readonly halfLifetimeMs: number;
  /** Stands for what URLs are signed with. */
  private readonly signer: string;

  constructor(@Inject(configToken) { oss, http }: Pick<ApiConfig, 'oss' | 'http'>) {
    this.halfLifetimeMs = oss.urlLifetimeS * 500;
    const settings = JSON.stringify([oss, http.publicUrl]);
    this.signer = createHmac('sha256', http.linkSecret).update(settings).digest('base64url').slice(0, 6);
  }

  /**
   * The tag of what is shown. In the place of a URL counts which object it is for; where there are
   * any, the tag changes after half of their lifetime, so that a client that is answered 304 keeps
   * URLs that hold for another half at least. It changes too with the keys that sign them, or such a
   * client would keep URLs that nobody takes any more.
   */
  of(show: (sign: SignRendition) => unknown): string {
    let hasUrls = false;
    const content = show((_upload, { objectKey }) => {
      hasUrls = true;
      return { url: objectKey ?? '', expiresAt: new Date(0) };
    });
    if (!hasUrls) return entityTagOf(content);
    return entityTagOf(content, `${Math.floor(Date.now() / this.halfLifetimeMs).toString(36)}${this.signer}`);
  }
}
