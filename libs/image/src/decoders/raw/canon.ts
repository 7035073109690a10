import { DecoderRefusal } from '../sandbox/decoder-task.ts';
import { boxesIn } from '../containers/iso-boxes.ts';
import { partOf, tags, type Part } from './raw-parts.ts';
import { TiffDirectories } from '../containers/tiff-directories.ts';

/** UUIDs of Canon's boxes: the preview and the camera's directories. */
const previewId = 'eaf42b5e1c984b88b9fbb7dc406e4d16';
const cameraId = '85c0b687820f11e08111f4ce462b6a48';

/**
 * Finds the JPEGs and the orientation of a CR3, an ISO base media file (ISO/IEC 14496-12): the only sample of the first
 * track is a full-size JPEG, and a smaller one has its own box.
 */
export function readCanon(file: Buffer): { parts: Part[]; orientation: number } {
  const boxes = boxesIn(file);
  if (boxes.some(({ whole }) => !whole)) throw new DecoderRefusal('media.damaged', 'the file is truncated');
  const movie = boxesIn(boxes.find(({ type }) => type === 'moov')?.body ?? Buffer.alloc(0));
  const preview = bodyOf(boxes, previewId);
  const parts = [
    ...movie.filter(({ type }) => type === 'trak').flatMap(({ body }) => partOfTrack(body)),
    ...(preview ? partOfPreview(file, preview) : []),
  ];
  const camera = boxesIn(bodyOf(movie, cameraId) ?? Buffer.alloc(0));
  const block = camera.find(({ type }) => type === 'CMT1')?.body;
  const main = block && block.length >= 16 ? new TiffDirectories(block).readMain() : undefined;
  return { parts, orientation: main?.get(tags.orientation)?.[0] ?? 1 };
}

/** The content of the `uuid` box with this id. */
function bodyOf(boxes: ReturnType<typeof boxesIn>, id: string): Buffer | undefined {
  return boxes
    .find(({ type, body }) => type === 'uuid' && body.toString('hex', 0, 16) === id)
    ?.body.subarray(16);
}

/** The first sample of a track: its offset (8.7.5) and size (8.7.3.2). */
function partOfTrack(track: Buffer): Part[] {
  let inside = track;
  for (const type of ['mdia', 'minf', 'stbl']) {
    inside = boxesIn(inside).find((box) => box.type === type)?.body ?? Buffer.alloc(0);
  }
  const table = boxesIn(inside);
  const [sizes, wide, narrow] = ['stsz', 'co64', 'stco'].map(
    (type) => table.find((box) => box.type === type)?.body,
  );
  if (!sizes || sizes.length < 12) return [];
  // One size for all samples, or one for each.
  const sizeBytes = sizes.readUInt32BE(4) || (sizes.length >= 16 ? sizes.readUInt32BE(12) : 0);
  if (wide && wide.length >= 16) return partOf(Number(wide.readBigUInt64BE(8)), sizeBytes);
  return narrow && narrow.length >= 12 ? partOf(narrow.readUInt32BE(8), sizeBytes) : [];
}

/** Eight bytes, then the box PRVW: six bytes, width, height, two bytes, JPEG length, JPEG. */
function partOfPreview(file: Buffer, content: Buffer): Part[] {
  const box = boxesIn(content.subarray(8)).find(({ type }) => type === 'PRVW')?.body;
  if (!box || box.length < 16) return [];
  return partOf(box.byteOffset - file.byteOffset + 16, box.readUInt32BE(12));
}
