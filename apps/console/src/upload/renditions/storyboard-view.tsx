import { useSignal } from '@preact/signals';
import { formatDuration } from '../../language/formats.js';
import { useLoaded } from '../../parts/use-loaded.js';
import { readStoryboard } from '../player/storyboard.js';
import { TilePicture } from '../player/tile-picture.js';
import { apiAddress } from '../shown/api-address.js';
import { words } from '../shown/upload-words.js';

/** The tiles of a storyboard, with a slider to browse them. */
export function StoryboardView({ url }: { url: string }) {
  const index = useSignal(0);
  const address = apiAddress(url);
  const { value: tiles = [], problem } = useLoaded(
    (signal) => readStoryboard(address, signal),
    [new URL(address).pathname],
  );
  const tile = tiles[index.value];
  if (problem !== null) return <small>{words.value.notLoaded}</small>;
  return (
    <div class="upload-storyboard">
      {tile && <TilePicture tile={tile} />}
      <label>
        {words.value.tile}: <span>{formatDuration((tile?.startS ?? 0) * 1_000)}</span>
        <input
          type="range"
          min={0}
          max={Math.max(0, tiles.length - 1)}
          value={index.value}
          onInput={(event) => (index.value = Number(event.currentTarget.value))}
        />
      </label>
    </div>
  );
}
