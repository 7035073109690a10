import { channelsOf, type Loudness, measureLoudness, transcodeAudio } from '#video';
import { type MakerFrom, oneByOne, publishMade, videoWork } from '../base/making.js';

/** Audio files; loudness is measured once per channel count. */
export const audios: MakerFrom<'original', 'audio'> = {
  from: 'original',
  divide(own, making) {
    const measured = new Map<number, Loudness>();
    return oneByOne(own, async (rendition) => {
      const { facts, folder } = making.source;
      const work = videoWork(making, [rendition]);
      const channels = channelsOf(rendition.spec, facts);
      const loudness = measured.get(channels) ?? (await measureLoudness(work, channels));
      measured.set(channels, loudness);
      await publishMade(making, rendition, await transcodeAudio(work, rendition.spec, loudness), folder);
    });
  },
};
