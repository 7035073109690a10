import type { MadeRendition } from '#media';
import { recordEarly } from '#uploads';
import { transcodeVideo } from '#video';
import { storeFiles } from '../../publish/publish-files.js';
import { type MakerFrom, publishingOf, publishMade, together, videoWork } from '../base/making.js';
import { keyOf, specsOf, streamsOf } from './stream-specs.js';

/** All streams and files of a video come from one decode. */
export const streams: MakerFrom<'original', 'hls' | 'mp4'> = {
  from: 'original',
  divide: (own, making) =>
    together(own, async () => {
      const { worker, upload, source } = making;
      const wanted = streamsOf(own);
      const { hls } = wanted;
      const onFirstPlayable = async (early: MadeRendition) => {
        const stored = hls && (await storeFiles(publishingOf(making), hls, early, source.folder));
        if (stored) await recordEarly(worker.source, hls, stored);
      };
      const key = await keyOf(worker, upload, wanted);
      const made = await transcodeVideo(videoWork(making, own), specsOf(wanted), { ...key, onFirstPlayable });
      for (const rendition of own) {
        const result = made.get(rendition.name);
        if (result) await publishMade(making, rendition, result, source.folder);
      }
    }),
};
