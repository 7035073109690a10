import type { Rendition } from '@landfall/client/browser';
import { isPicture, suitedPicture } from '../../parts/thumbnail.js';
import { StreamPlayer } from '../player/stream-player.js';
import { StoryboardView } from './storyboard-view.js';
import { Waveform } from './waveform.js';

const posterWidth = 1_280;

/**
 * Shows or plays a rendition; `all` are the renditions of the upload, some of which are used as poster or storyboard.
 */
export function RenditionMedia({ rendition, all }: { rendition: Rendition; all: readonly Rendition[] }) {
  const { kind, url, name, mimeType } = rendition;
  if (url === null) return null;
  const [width, height] = [rendition.width ?? 16, rendition.height ?? 9];
  const poster = suitedPicture(
    all.filter((one) => one.kind === 'poster'),
    posterWidth,
  )?.url;
  const stage = { aspectRatio: `${width} / ${height}` };
  if (kind === 'hls')
    return (
      <StreamPlayer
        url={url}
        dashUrl={rendition.dashUrl}
        poster={poster ?? undefined}
        storyboardUrl={all.find((one) => one.kind === 'storyboard')?.url ?? undefined}
        name={name}
        width={width}
        height={height}
      />
    );
  if (kind === 'storyboard') return <StoryboardView url={url} />;
  if (kind === 'waveform' && mimeType === 'application/json') return <Waveform url={url} name={name} />;
  if (isPicture(rendition))
    return (
      <a class="upload-picture" href={url} target="_blank" rel="noreferrer">
        <img src={url} alt={name} width={width} height={height} loading="lazy" decoding="async" />
      </a>
    );
  // Landfall makes no transcripts, so there are no captions.
  if (mimeType?.startsWith('video/'))
    return (
      <div class="upload-stage" style={stage}>
        {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
        <video
          src={url}
          controls
          playsInline
          loop={kind === 'preview' || kind === 'loop'}
          preload="none"
          poster={poster ?? undefined}
          aria-label={name}
        />
      </div>
    );
  if (mimeType?.startsWith('audio/'))
    // oxlint-disable-next-line jsx-a11y/media-has-caption
    return <audio src={url} controls preload="none" aria-label={name} />;
  return null;
}
