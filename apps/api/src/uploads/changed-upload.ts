import { type Admission, UploadReader, type UploadView, viewUpload } from '#uploads';
import { LandfallError } from '#runtime';
import { createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { namesContentOf } from '../http/entity-tags.js';
import { RenditionUrls } from '../streams/rendition-urls.js';
import { UploadTags } from './upload-tags.js';

/** Injects the If-Match header, which `ChangesIfMatch` documents. */
export const IfMatch = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined =>
    context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'],
);

/** Checks If-Match before a change of an upload, and returns the upload after the change. */
@Injectable()
export class ChangedUpload {
  constructor(
    private readonly reader: UploadReader,
    private readonly urls: RenditionUrls,
    private readonly tags: UploadTags,
  ) {}

  /** Returns the view of an upload. Sets the ETag on `reply`, if given, for the next change. */
  async view(id: string, reply?: FastifyReply): Promise<UploadView> {
    const found = await this.reader.get(id);
    reply?.header(
      'etag',
      this.tags.of((sign) => viewUpload(found, sign)),
    );
    return viewUpload(found, this.urls.sign);
  }

  /**
   * Returns a check that admits a change only if the upload still matches If-Match; undefined without the header.
   * Errors: upload.changed
   */
  admission(ifMatch: string | undefined): Admission | undefined {
    if (ifMatch === undefined) return undefined;
    return async (manager, id) => {
      const found = await new UploadReader(manager).get(id);
      const tag = this.tags.of((sign) => viewUpload(found, sign));
      if (!namesContentOf(tag, ifMatch)) throw new LandfallError('upload.changed', `its ETag is now ${tag}`);
    };
  }
}
