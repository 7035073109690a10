import { useSignal } from '@preact/signals';
import { formatDuration } from '../../language/formats.js';
import { useLoaded } from '../../parts/use-loaded.js';
import { words } from '../shown/upload-words.js';
import { readStoryboard, tileAt } from './storyboard.js';
import { TilePicture } from './tile-picture.js';

interface SeekBarProps {
  atS: number;
  durationS: number;
  storyboardUrl: string;
  onSeek: (atS: number) => void;
}

/** A seek bar with a preview of the moment under the pointer. */
export function SeekBar({ atS, durationS, storyboardUrl, onSeek }: SeekBarProps) {
  const pointed = useSignal<number | null>(null);
  const { value: tiles = [], problem } = useLoaded(
    (signal) => readStoryboard(storyboardUrl, signal),
    [storyboardUrl],
  );
  const shownS = pointed.value ?? atS;
  const share = durationS > 0 ? Math.min(1, Math.max(0, shownS / durationS)) : 0;
  const tile = pointed.value === null ? undefined : tileAt(tiles, shownS);
  return (
    <div class="upload-seek">
      {tile && (
        <div
          class="upload-seek-tile"
          style={{
            left: `clamp(0px, calc(${share * 100}% - ${tile.width / 2}px), calc(100% - ${tile.width}px))`,
          }}
        >
          <TilePicture tile={tile} />
          <span>{formatDuration(shownS * 1_000)}</span>
        </div>
      )}
      <input
        type="range"
        aria-label={words.value.seek}
        aria-valuetext={formatDuration(shownS * 1_000)}
        min={0}
        max={durationS}
        step={0.1}
        value={atS}
        onInput={({ currentTarget }) => {
          pointed.value = Number(currentTarget.value);
          onSeek(Number(currentTarget.value));
        }}
        onPointerMove={({ currentTarget, clientX }) => {
          const { left, width } = currentTarget.getBoundingClientRect();
          pointed.value = Math.min(1, Math.max(0, (clientX - left) / width)) * durationS;
        }}
        onPointerLeave={() => (pointed.value = null)}
        onBlur={() => (pointed.value = null)}
      />
      {problem !== null && <small>{words.value.notLoaded}</small>}
    </div>
  );
}
