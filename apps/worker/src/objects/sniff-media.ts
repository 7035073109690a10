import { readableType } from '#image';
import { fileTypeFromBuffer } from 'file-type';

export interface SniffedMedia {
  kind: 'image' | 'video' | 'audio' | 'document' | 'other';
  mimeType: string;
  /** The bytes have no known signature, and the claimed type is not text. */
  isUnknown?: boolean;
}

export const unknownMedia: SniffedMedia = {
  kind: 'other',
  mimeType: 'application/octet-stream',
  isUnknown: true,
};

/** Bytes at the start of a file that are enough to detect its type. */
export const sniffLength = 16_384;

/** HEIF brands without a decoder here (AVC, JPEG, JPEG 2000, VVC, minimised): still images, not videos. */
const heifPicture = /^[^]{4}ftyp(avc[is]|jp(eg|gs)|j2(ki|is)|vvi[cs]|mif[23]|1pic)/;

/** Media containers for which file-type reports an `application/` type. */
const mediaTypes: Record<string, SniffedMedia['kind']> = {
  'application/ogg': 'audio',
  'application/mxf': 'video',
};

/**
 * Detects the media type from the bytes. The client's MIME type is only a hint, used for text, which has no signature.
 * @param start the first bytes of the file
 * @param claimed the MIME type that came with the upload
 */
export async function sniffMedia(start: Uint8Array, claimed: string | null): Promise<SniffedMedia> {
  const drawn = readableType(start);
  if (drawn) return { kind: drawn === 'application/pdf' ? 'document' : 'image', mimeType: drawn };
  if (heifPicture.test(Buffer.from(start.subarray(0, 12)).toString('latin1')))
    return { kind: 'image', mimeType: 'image/heif' };
  const found = await fileTypeFromBuffer(start);
  if (!found) {
    const plain = /^(text\/|application\/(json|xml))/.test(claimed ?? '');
    return plain && claimed ? { kind: 'other', mimeType: claimed } : unknownMedia;
  }
  const family = found.mime.split('/', 1)[0];
  const kind =
    mediaTypes[found.mime] ??
    (family === 'image' || family === 'video' || family === 'audio' ? family : 'other');
  return { kind, mimeType: found.mime };
}

/**
 * The kind claimed by the MIME type, or by the file extension if that type is missing or generic. Never `document`:
 * documents often start with junk, and few need a picture.
 */
export function claimedKind(mimeType: string | null, objectKey: string): SniffedMedia['kind'] {
  const family = /^(image|video|audio)\//.exec(mimeType ?? '')?.[1];
  if (family) return family as SniffedMedia['kind'];
  if (mimeType && mimeType !== 'application/octet-stream') return 'other';
  if (
    /\.(jpe?g|png|gif|webp|avif|jxl|jp2|j2k|jpf|hei[cf]|tiff?|bmp|ico|cur|tga|ps[bd]|svg|dng|cr[23]|orf|nef|arw|pef|rw2|raf)$/i.test(
      objectKey,
    )
  )
    return 'image';
  if (/\.(mp4|mov|mkv|webm|avi|m4v|mpe?g|ts)$/i.test(objectKey)) return 'video';
  if (/\.(mp3|m4a|aac|flac|wav|ogg|opus)$/i.test(objectKey)) return 'audio';
  return 'other';
}
