import { Module } from '@nestjs/common';
import { type ApiConfig, configToken, type PublicUrl, publicUrlToken } from '../tokens.js';
import { RenditionUrls } from './rendition-urls.js';
import { StreamKeysController } from './stream-keys.controller.js';
import { StreamLinks } from './stream-links.js';
import { StreamsController } from './streams.controller.js';

/** Serves streams from a private bucket and creates the URLs of all renditions. */
@Module({
  controllers: [StreamKeysController, StreamsController],
  providers: [
    {
      provide: StreamLinks,
      inject: [configToken, publicUrlToken],
      useFactory: ({ http }: ApiConfig, publicUrl: PublicUrl) => new StreamLinks(http.linkSecret, publicUrl),
    },
    RenditionUrls,
  ],
  exports: [RenditionUrls],
})
export class StreamsModule {}
