import type { DataSource, EntityManager } from '#database';

/** What plays already of a version that is made in chunks, as their makers wrote it down. */
export interface GrowingStream {
  /** In their order, from the beginning to the first that is not made yet; one at least. */
  pictures: object[];
  /** As far as it was made; null when the video has none. */
  sound: object | null;
  /** Nothing is missing of what plays: only other rungs are still being made. */
  isWhole: boolean;
}

interface EarlyChunk {
  early: 'pictures' | 'sound';
  piece: object | null;
}

/**
 * Reads what plays of a version, or of a plan of chunks, before it is ready. What it gives once it gives ever after, and more,
 * until the chunks are joined and forgotten. Null while nothing plays.
 */
export async function readGrowing(
  source: DataSource | EntityManager,
  of: { uploadId: string; planId: string } | { uploadId: string; versionId: string },
): Promise<GrowingStream | null> {
  const [condition, id] =
    'planId' in of ? ['plan_id = $2', of.planId] : ['version_ids @> ARRAY[$2::uuid]', of.versionId];
  const chunks = (await source.query(
    `SELECT work ->> 'early' AS early, CASE WHEN status = 'ready' THEN made -> 'early' END AS piece
     FROM chunks WHERE upload_id = $1 AND ${condition} AND work ? 'early' ORDER BY position`,
    [of.uploadId, id],
  )) as EarlyChunk[];
  const piecesOf = (kind: EarlyChunk['early']) =>
    chunks.filter(({ early }) => early === kind).map(({ piece }) => piece);
  const pictures = piecesOf('pictures');
  const firstMissing = pictures.indexOf(null);
  const playing = (firstMissing < 0 ? pictures : pictures.slice(0, firstMissing)).filter(
    (piece) => piece !== null,
  );
  const sounds = piecesOf('sound');
  // Each goes on for longer than the one before.
  const sound = sounds.findLast((piece) => piece !== null) ?? null;
  if (playing.length === 0 || (sound === null && sounds.length > 0)) return null;
  const isWhole = playing.length === pictures.length && sounds.at(-1) !== null;
  return { pictures: playing, sound, isWhole };
}
