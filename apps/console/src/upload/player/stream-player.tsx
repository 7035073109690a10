import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { formatNumber } from '../../language/formats.js';
import { ProblemNote } from '../../parts/problem-note.js';
import { apiAddress } from '../shown/api-address.js';
import { words } from '../shown/upload-words.js';
import { loadStream, type Stream } from './load-stream.js';
import { SeekBar } from './seek-bar.js';

interface StreamPlayerProps {
  url: string;
  dashUrl: string | undefined;
  poster: string | undefined;
  storyboardUrl: string | undefined;
  name: string;
  width: number;
  height: number;
}

/** Plays a stream with the browser's controls, a quality menu, and a storyboard for seeking. */
export function StreamPlayer({ url, dashUrl, storyboardUrl, ...shown }: StreamPlayerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const format = useSignal<'hls' | 'dash' | null>(null);
  const stream = useSignal<Stream | null>(null);
  const chosen = useSignal<number | null>(null);
  const problem = useSignal<Error | null>(null);
  const size = useSignal('');
  const at = useSignal({ s: 0, durationS: 0 });
  const source = apiAddress((format.value === 'dash' ? dashUrl : undefined) ?? url);
  // The URL of a stream is re-signed from time to time. Only a change of its path reloads the player.
  const { pathname } = new URL(source);

  useEffect(() => {
    const element = video.current;
    if (format.value === null || !element) return undefined;
    const leaving = new AbortController();
    const { signal } = leaving;
    problem.value = null;
    chosen.value = null;
    const load = async () => {
      try {
        const onFailure = (error: Error) => (problem.value = error);
        const loaded = await loadStream(element, source, { onFailure, signal });
        signal.addEventListener('abort', () => void loaded.close());
        if (signal.aborted) return await loaded.close();
        stream.value = loaded;
        await element.play();
      } catch (error) {
        // The browser may require another click to start playback; its controls are visible.
        if (!signal.aborted && (error as Error).name !== 'NotAllowedError') problem.value = error as Error;
      }
    };
    void load();
    return () => {
      leaving.abort();
      stream.value = null;
    };
  }, [format.value, pathname]);

  const seek = (s: number) => {
    if (video.current) video.current.currentTime = s;
  };
  return (
    <div class="upload-player">
      <div class="upload-stage" style={{ aspectRatio: `${shown.width} / ${shown.height}` }}>
        {/* Subtitles, if any, are part of the stream. */}
        {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
        <video
          ref={video}
          controls={format.value !== null}
          playsInline
          preload="none"
          poster={shown.poster}
          aria-label={shown.name}
          onResize={({ currentTarget }) =>
            (size.value = `${currentTarget.videoWidth} × ${currentTarget.videoHeight}`)
          }
          onTimeUpdate={({ currentTarget: { currentTime, duration } }) =>
            (at.value = { s: currentTime, durationS: Number.isFinite(duration) ? duration : 0 })
          }
        />
        {format.value === null && (
          <button class="upload-play" type="button" onClick={() => (format.value = 'hls')}>
            ▶ {words.value.play}
          </button>
        )}
      </div>
      {format.value !== null && storyboardUrl !== undefined && (
        <SeekBar
          atS={at.value.s}
          durationS={at.value.durationS}
          storyboardUrl={apiAddress(storyboardUrl)}
          onSeek={seek}
        />
      )}
      {format.value !== null && (
        <div class="upload-choices">
          {dashUrl !== undefined && (
            <label>
              {words.value.format}
              <select
                value={format.value}
                onChange={(event) => (format.value = event.currentTarget.value as 'hls' | 'dash')}
              >
                <option value="hls">HLS</option>
                <option value="dash">DASH</option>
              </select>
            </label>
          )}
          <label>
            {words.value.quality}
            <select
              value={chosen.value ?? ''}
              disabled={stream.value === null}
              onChange={({ currentTarget: { value } }) => {
                chosen.value = value === '' ? null : Number(value);
                stream.value?.choose(chosen.value);
              }}
            >
              <option value="">{words.value.auto}</option>
              {stream.value?.qualities.map(({ id, height, bandwidth }) => (
                <option key={id} value={id}>
                  {height ?? '?'}p · {formatNumber(bandwidth / 1_000)} kbit/s
                </option>
              ))}
            </select>
          </label>
          <output>{size.value !== '' && words.value.shown(size.value)}</output>
        </div>
      )}
      {problem.value && (
        <>
          <ProblemNote problem={problem.value} />
          <p>{words.value.playFailed}</p>
        </>
      )}
    </div>
  );
}
