import type { Placeholder, Rendition } from '@landfall/client/browser';
import { useEffect, useState } from 'preact/hooks';
import { thumbHashToDataURL } from 'thumbhash';

/** Types that browsers show in an `<img>`. */
const shownTypes = /^image\/(webp|jpeg|png|avif|gif|svg\+xml)$/;
const keptPlaceholders = 500;
const placeholders = new Map<string, string>();

/** Whether a rendition is a picture that browsers can show. */
export function isPicture({ kind, mimeType, url }: Rendition): boolean {
  return kind !== 'storyboard' && url !== null && shownTypes.test(mimeType ?? '');
}

/** The smallest picture of at least this width, or else the widest one. */
export function suitedPicture(renditions: readonly Rendition[], width: number): Rendition | undefined {
  const pictures = renditions.filter(isPicture).sort((one, other) => (one.width ?? 0) - (other.width ?? 0));
  return pictures.find((one) => (one.width ?? 0) >= width) ?? pictures.at(-1);
}

/** Converts a ThumbHash to a data URL; undefined if it is invalid. */
function placeholderUrl(thumbHash: string): string | undefined {
  const known = placeholders.get(thumbHash);
  if (known !== undefined) return known;
  try {
    const bytes = Uint8Array.from(atob(thumbHash), (letter) => letter.charCodeAt(0));
    const url = thumbHashToDataURL(bytes);
    const [oldest] = placeholders.keys();
    if (placeholders.size >= keptPlaceholders && oldest !== undefined) placeholders.delete(oldest);
    placeholders.set(thumbHash, url);
    return url;
  } catch {
    // It is only decoration; the background colour remains.
    return undefined;
  }
}

interface ThumbnailProps {
  placeholder: Placeholder | null;
  renditions: readonly Rendition[];
  /** Width of the thumbnail, in CSS pixels. */
  width: number;
  /** Text shown if there is no picture. */
  fallback: string;
  /** Called when the URL fails to load; it may have expired. */
  onLost?: () => void;
}

/** A picture over its placeholder; the parent determines the size. */
export function Thumbnail({ placeholder, renditions, width, fallback, onLost }: ThumbnailProps) {
  const picture = suitedPicture(renditions, width * Math.min(devicePixelRatio, 2));
  const [lost, setLost] = useState('');
  const url = picture?.url ?? '';
  useEffect(() => setLost(''), [url]);
  const image = placeholder && placeholderUrl(placeholder.thumbHash);
  return (
    <span
      class="thumbnail"
      style={{
        ...(placeholder ? { backgroundColor: placeholder.color } : {}),
        ...(image ? { backgroundImage: `url(${image})` } : {}),
      }}
    >
      {url !== '' && url !== lost ? (
        <img
          src={url}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => {
            setLost(url);
            onLost?.();
          }}
        />
      ) : (
        !placeholder && <span class="thumbnail-word">{fallback}</span>
      )}
    </span>
  );
}
