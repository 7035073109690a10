import { makeWaveforms } from '#video';
import { type MakerFrom, publishMade, together, videoWork } from '../base/making.js';

/** All waveforms come from one decode. */
export const waveforms: MakerFrom<'original', 'waveform'> = {
  from: 'original',
  divide: (own, making) =>
    together(own, async () => {
      const specs = own.map(({ spec }) => spec);
      const made = await makeWaveforms(videoWork(making, own), specs);
      for (const rendition of own) {
        const result = made.get(rendition.name);
        if (result) await publishMade(making, rendition, result, making.source.folder);
      }
    }),
};
