import type { Rendition } from '@landfall/client/browser';
import { failuresLink } from '../../failures/failures-link.js';
import { formatBytes, formatDuration, formatNumber, formatTime } from '../../language/formats.js';
import { StatusMark } from '../../parts/status-mark.js';
import { CopyButton } from '../shown/copy-button.js';
import { words } from '../shown/upload-words.js';
import { RenditionMedia } from './rendition-media.js';
import { CodeText } from '../shown/code-text.js';

interface RenditionCardProps {
  rendition: Rendition;
  all: readonly Rendition[];
  /** When the upload landed; ISO 8601. */
  landedAt: string;
  onAgain: () => void;
}

/** One rendition with its facts, its progress or error, and a preview. */
export function RenditionCard({ rendition, all, landedAt, onAgain }: RenditionCardProps) {
  const { name, kind, status, url, urlExpiresAt, error, progress, speed, warnings, details, log } = rendition;
  return (
    <article class={kind === 'hls' ? 'upload-rendition upload-wide' : 'upload-rendition'} aria-label={name}>
      <header>
        <h3>{name}</h3>
        <span>{kind}</span>
        <StatusMark status={status} />
      </header>
      {status === 'pending' && (
        <p class="upload-progress">
          <progress value={progress ?? undefined} aria-label={words.value.progress(name)} />
          {progress !== null && `${Math.round(progress * 100)}%`}
          {speed !== null && ` · ${words.value.speed(formatNumber(speed))}`}
        </p>
      )}
      {error && (
        <p class="upload-error">
          {error.message} <a href={failuresLink(error.code, landedAt)}>{error.code}</a>
        </p>
      )}
      <RenditionMedia rendition={rendition} all={all} />
      <p class="upload-facts-line">{factsOf(rendition)}</p>
      {warnings.length > 0 && (
        <p>
          {words.value.warnings}: <code>{warnings.join(', ')}</code>
        </p>
      )}
      {log && (
        <details>
          <summary>{words.value.log}</summary>
          <CodeText text={log} />
        </details>
      )}
      {Object.keys(details).length > 0 && (
        <details>
          <summary>{words.value.details}</summary>
          <CodeText text={JSON.stringify(details, null, 2)} />
        </details>
      )}
      <footer>
        {url !== null && (
          <>
            <CopyButton text={url} word={words.value.copyIt} label={words.value.copyUrl(name)} />
            {urlExpiresAt !== null && <small>{words.value.validUntil(formatTime(urlExpiresAt))}</small>}
          </>
        )}
        {status === 'failed' && (
          <button class="secondary outline" type="button" onClick={onAgain}>
            {words.value.again}
          </button>
        )}
      </footer>
    </article>
  );
}

function factsOf({ mimeType, width, height, sizeBytes, durationMs, encoder }: Rendition): string {
  return [
    mimeType,
    width !== null && height !== null && `${width} × ${height}`,
    durationMs !== null && formatDuration(durationMs),
    sizeBytes !== null && formatBytes(sizeBytes),
    encoder,
  ]
    .filter((fact) => typeof fact === 'string')
    .join(' · ');
}
