import type { MadeRendition } from '#media';
import { recordEarly } from '#uploads';
import { transcodeVideo } from '#video';
import { storeFiles } from '../../publish/publish-files.js';
import { type MakerFrom, publishMade, together, videoWork } from '../work/making.js';
import { keyOf, specsOf, streamsOf } from './stream-specs.js';

/** All streams and files of a video come from one decode. */
export const streams: MakerFrom<'original', 'hls' | 'mp4'> = {
  from: 'original',
  divide: (own, making) =>
    together(own, async () => {
      const { worker, upload, context, source } = making;
      const wanted = streamsOf(own);
      const { hls } = wanted;
      const onFirstPlayable = async (early: MadeRendition) => {
        const stored = hls && (await storeFiles(worker, upload, hls, early, source.folder, context.signal));
        if (stored) await recordEarly(worker.source, upload.id, hls.name, stored);
      };
      const key = await keyOf(worker, upload, wanted);
      const made = await transcodeVideo(videoWork(making, own), specsOf(wanted), { ...key, onFirstPlayable });
      for (const rendition of own) {
        const result = made.get(rendition.name);
        if (result) await publishMade(making, rendition, result, source.folder);
      }
    }),
};
