import { createHmac, timingSafeEqual } from 'node:crypto';
import { LandfallError } from '#runtime';
import type { PublicUrl } from '../tokens.js';

/** What a link grants access to: all files of one rendition that refer to others, such as playlists. */
export interface StreamLink {
  uploadId: string;
  rendition: string;
  /** Unix seconds */
  expires: number;
}

/**
 * Links to playlists. Players send no API key, so the link itself grants access: an HMAC over
 * upload, rendition and expiry.
 */
export class StreamLinks {
  constructor(
    private readonly secret: string,
    private readonly publicUrl: PublicUrl,
  ) {}

  url(link: StreamLink, file: string): string {
    return `${this.publicUrl()}/v1/streams/${link.uploadId}/${link.rendition}/${file}?${this.query(link)}`;
  }

  query(link: StreamLink): string {
    return `expires=${link.expires}&signature=${this.sign(link)}`;
  }

  /** @throws LandfallError auth.link_invalid */
  check(link: StreamLink, signature: string): void {
    const given = Buffer.from(signature);
    const wanted = Buffer.from(this.sign(link));
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
      throw new LandfallError('auth.link_invalid');
    if (link.expires * 1_000 < Date.now())
      throw new LandfallError('auth.link_invalid', 'request a new link from the API');
  }

  private sign({ uploadId, rendition, expires }: StreamLink): string {
    return createHmac('sha256', this.secret)
      .update(`stream\n${uploadId}\n${rendition}\n${expires}`)
      .digest('base64url');
  }
}
