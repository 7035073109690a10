import { createHmac } from 'node:crypto';
import type { SignRendition } from '#uploads';
import { Inject, Injectable } from '@nestjs/common';
import { entityTagOf } from '../http/entity-tags.js';
import { type ApiConfig, configToken } from '../tokens.js';

/** Computes the entity tags of responses with uploads. */
@Injectable()
export class UploadTags {
  private readonly halfLifetimeMs: number;
  /** Fingerprint of the settings that URLs are signed with. */
  private readonly signer: string;

  constructor(@Inject(configToken) { oss, http }: Pick<ApiConfig, 'oss' | 'http'>) {
    this.halfLifetimeMs = oss.urlLifetimeS * 500;
    const settings = JSON.stringify([oss, http.publicUrl]);
    this.signer = createHmac('sha256', http.linkSecret).update(settings).digest('base64url').slice(0, 6);
  }

  /**
   * Returns the entity tag of a response. URLs are represented by their object keys. If there are any,
   * the tag changes after half of their lifetime, so a client that gets 304 holds URLs valid for at
   * least the other half, and with the signing settings, so it does not keep URLs that are refused.
   * @param show builds the response with the given signer
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
