import type { Rendition, Upload } from '@landfall/client/browser';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useEvents } from '../../live/use-events.js';
import { keepUrls } from '../../parts/keep-urls.js';
import { type Loaded, useLoaded } from '../../parts/use-loaded.js';
import { client } from '../../session/session.js';

type Progress = Pick<Rendition, 'progress' | 'speed'>;

/** URLs are renewed this long before they expire, but not more often than the second value. */
const renewBeforeMs = 60_000;
const renewAtMostEveryMs = 30_000;
/** Maximum delay of a browser timer. */
const longestMs = 2_147_483_647;

/** An upload with the progress of its renditions, kept up to date by events. */
export function useUpload(id: string): Loaded<Upload> {
  const shown = useRef<Upload | undefined>(undefined);
  const [progress, setProgress] = useState<Record<string, Progress>>({});
  const loaded = useLoaded(
    async (signal) => {
      const upload = await client().uploads.get(id, { signal });
      const before = shown.current?.id === upload.id ? shown.current.renditions : undefined;
      shown.current = { ...upload, renditions: keepUrls(before, upload.renditions) };
      return shown.current;
    },
    [id],
  );
  const { value, reload } = loaded;
  useEvents((events) => {
    const own = events.filter(({ uploadId }) => uploadId === id || uploadId === value?.id);
    for (const { type, data } of own)
      if (type === 'rendition.progress') {
        const { name, ...rest } = data.rendition;
        setProgress((before) => ({ ...before, [name]: rest }));
      }
    if (own.every(({ type }) => type === 'rendition.progress')) return;
    setProgress({});
    reload();
  });
  const ends = Math.min(
    ...(value?.renditions ?? []).map(({ urlExpiresAt }) => Date.parse(urlExpiresAt ?? '') || Infinity),
  );
  useEffect(() => {
    if (ends === Infinity) return undefined;
    const inMs = Math.max(renewAtMostEveryMs, ends - Date.now() - renewBeforeMs);
    const timer = setTimeout(reload, Math.min(inMs, longestMs));
    return () => clearTimeout(timer);
  }, [ends]);
  if (!value) return loaded;
  const renditions = value.renditions.map((one) =>
    one.status === 'pending' ? { ...one, ...progress[one.name] } : one,
  );
  return { ...loaded, value: { ...value, renditions } };
}
