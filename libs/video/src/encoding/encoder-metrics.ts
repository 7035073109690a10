import { counter } from '#runtime';

const encoded = counter(
  'landfall_encoder_media_seconds_total',
  'Seconds of media that were encoded: video (all rungs of a stretch count once), audio',
  'kind',
);
const spent = counter(
  'landfall_encoder_seconds_total',
  'Time that encoding them took; what was encoded by it is the speed of the encoder',
  'kind',
);

/**
 * Measures how fast media is encoded.
 *
 * @param mediaMs duration of what is encoded; null if the source does not state it, and then nothing is counted
 */
export async function measureEncoding<T>(
  kind: 'video' | 'audio',
  mediaMs: number | null,
  encode: () => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  const made = await encode();
  if (mediaMs === null) return made;
  encoded.count(kind, mediaMs / 1_000);
  spent.count(kind, (performance.now() - startedAt) / 1_000);
  return made;
}
