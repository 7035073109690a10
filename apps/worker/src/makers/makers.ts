import type { Kind } from '#media';
import { LandfallError } from '#runtime';
import { audios } from './audio/make-audio.js';
import { waveforms } from './audio/make-waveforms.js';
import { images } from './image/make-images.js';
import { loops } from './image/make-loops.js';
import { posters, previews, storyboards } from './still/make-stills.js';
import { streams } from './stream/make-streams.js';
import { makeEach } from './base/make-each.js';
import type { Maker, MakerFrom, Making, Part, Sources } from './base/making.js';
import type { Pending } from './base/pending.js';

/** Who makes each kind; kinds that come from one decode share a maker. */
export const makers: { readonly [K in Kind]: Maker<K> } = {
  image: images,
  loop: loops,
  poster: posters,
  preview: previews,
  storyboard: storyboards,
  hls: streams,
  mp4: streams,
  audio: audios,
  waveform: waveforms,
};

/**
 * Makes what is pending from a source that is at hand, in the order of the pipelines file: what a page needs first. What is made
 * at once has the place of its first. Fails as `makeEach` does.
 */
export async function makeFrom<From extends keyof Sources>(
  from: From,
  making: Making<Sources[From]>,
  pending: readonly Pending[],
): Promise<void> {
  const groups = [...Map.groupBy(pending, ({ spec }) => makers[spec.kind])];
  const parts = groups.flatMap(([maker, own]) => {
    if (isMakerFrom(maker, from)) return maker.divide(own, making);
    const names = own.map(({ name, kind }) => `${name} (${kind})`).join(', ');
    throw new LandfallError('internal.unexpected', `${names} cannot be made from ${from}`);
  });
  const placeOf = ({ renditions: [first] }: Part) => pending.findIndex(({ id }) => id === first?.id);
  await makeEach(
    making,
    parts.toSorted((one, other) => placeOf(one) - placeOf(other)),
  );
}

/** Whether a maker takes this source. It may be given any kind here, since it is given only what is grouped by it. */
function isMakerFrom<From extends keyof Sources>(
  maker: { readonly from: keyof Sources },
  from: From,
): maker is MakerFrom<From, Kind> {
  return maker.from === from;
}
