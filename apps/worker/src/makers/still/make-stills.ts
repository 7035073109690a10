import type { Kind, MadeRendition, SpecOf } from '#media';
import { makePoster, makePreview, makeStoryboard, type VideoWork } from '#video';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type MakerFrom, oneByOne, publishMade, videoWork } from '../base/making.js';

export const posters = stillMaker<'poster'>(makePoster);
export const previews = stillMaker<'preview'>(makePreview);
export const storyboards = stillMaker<'storyboard'>(makeStoryboard);

/** Makes each still in its own folder, seeking in the video. */
function stillMaker<K extends Kind>(
  make: (work: VideoWork, spec: SpecOf<K>) => Promise<MadeRendition>,
): MakerFrom<'ranges', K> {
  return {
    from: 'ranges',
    divide: (own, making) =>
      oneByOne(own, async (rendition) => {
        const outDir = join(making.source.folder, rendition.name);
        await mkdir(outDir);
        const made = await make(videoWork(making, [rendition], outDir), rendition.spec);
        await publishMade(making, rendition, made, outDir);
      }),
  };
}
