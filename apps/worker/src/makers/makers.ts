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

/** The maker of each kind; kinds made from the same decode share one. */
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
 * Makes pending renditions from an opened source in the order of the pipelines file, which lists what a page needs first.
 * Renditions made together take the place of the first of them. Fails as `makeEach` does.
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

/** Whether a maker takes this source. Narrowing to any `Kind` is safe: a maker only gets the renditions grouped under it. */
function isMakerFrom<From extends keyof Sources>(
  maker: { readonly from: keyof Sources },
  from: From,
): maker is MakerFrom<From, Kind> {
  return maker.from === from;
}
