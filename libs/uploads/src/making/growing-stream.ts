import type { DataSource, EntityManager } from '#database';

/** The parts of a version made in chunks that can already be played, in the worker's format. */
export interface GrowingStream {
  /** In their order, from the first to before the first missing one; at least one. */
  pictures: object[];
  /** The longest made so far; null if the video has no sound. */
  sound: object | null;
  /** Whether all pictures and sound that play early are made; other rungs may still be missing. */
  isWhole: boolean;
}

interface EarlyChunk {
  early: 'pictures' | 'sound';
  piece: object | null;
}

/**
 * Reads the parts of a version, or of a plan of chunks, that play before it is ready; null if nothing plays yet. The result
 * only grows, until the chunks are joined and deleted.
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
  // Each is longer than the one before.
  const sound = sounds.findLast((piece) => piece !== null) ?? null;
  if (playing.length === 0 || (sound === null && sounds.length > 0)) return null;
  const isWhole = playing.length === pictures.length && sounds.at(-1) !== null;
  return { pictures: playing, sound, isWhole };
}
