import { readableType } from '#image';
import { fileTypeFromBuffer } from 'file-type';

export interface SniffedMedia {
  kind: 'image' | 'video' | 'audio' | 'document' | 'other';
  mimeType: string;
  /** No signature is known, and no text is claimed. */
  isUnknown?: boolean;
}

export const unknownMedia: SniffedMedia = {
  kind: 'other',
  mimeType: 'application/octet-stream',
  isUnknown: true,
};

/** As much of a file as its type shows itself in. */
export const sniffLength = 16_384;

/** Brands of pictures of the HEIF family that nobody here reads (AVC, JPEG, JPEG 2000, VVC, minimised): no videos all the same. */
const heifPicture = /^[^]{4}ftyp(avc[is]|jp(eg|gs)|j2(ki|is)|vvi[cs]|mif[23]|1pic)/;

/** Containers that file-type calls by their general name but that are media for us. */
const mediaTypes: Record<string, SniffedMedia['kind']> = {
  'application/ogg': 'audio',
  'application/mxf': 'video',
};

/**
 * What the bytes are; the client's MIME type is only a hint, taken for text that has no signature of its own.
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
 * The kind that a MIME type claims, or the end of the file name when there is no telling type. Nothing claims to be a
 * document: those are often odd at their start, and most of them nobody wants a picture of.
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
