import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteEtag } from '#oss';
import type { ImageRequest, ImageTask, MadeImage, WrittenFormat } from '../images/child/image-task.js';
import { readImageHeader, type ImageHeader } from '../images/image-header.js';
import { imageRefusal, notImplemented } from '../images/image-refusals.js';
import { checkReadable, followLink } from '../lookup/find-object.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { Bucket } from '../store/buckets.js';
import type { StoredObject } from '../store/stored-object.js';

/** OSS does not process larger objects. */
const maxSourceBytes = 20 * 1024 ** 2;

/** MIME types by output format. */
export const mimeTypes: Readonly<Record<WrittenFormat, string>> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  tiff: 'image/tiff',
};

/** An object that is an image. */
export interface ImageSource {
  readonly object: StoredObject;
  readonly header: ImageHeader;
  /** Its data files; undefined if libvips cannot read the format (BMP, HEIC). */
  readonly file: ImageTask['source'] | undefined;
}

/**
 * Runs `use` on the current version of an object, the only one that OSS processes. Repeats it if the object was
 * replaced meanwhile, which `use` reports by returning undefined.
 * @throws OssRefusal
 */
export async function withImage<T>(
  bucket: Bucket,
  key: string,
  use: (source: ImageSource) => Promise<T | undefined>,
): Promise<T> {
  for (;;) {
    const named = bucket.objects.get(key);
    if (!named) throw imageRefusal('noSuchSource');
    const object = followLink(bucket, named);
    checkReadable(object);
    const source = await openImage(bucket, object);
    const done = source && (await use(source));
    if (done !== undefined) return done;
  }
}

/**
 * Reads the header of an object; undefined if the object is gone.
 * @throws OssRefusal ImageTooLarge, BadRequest
 */
async function openImage(bucket: Bucket, object: StoredObject): Promise<ImageSource | undefined> {
  const { sizeBytes } = object;
  if (sizeBytes > maxSourceBytes) throw imageRefusal('sourceIsTooLarge');
  if (sizeBytes === 0) throw imageRefusal('sourceFormatUnknown');
  const opened = bucket.objects.open(object);
  if (!opened) return undefined;
  try {
    const header = await readImageHeader(opened, sizeBytes);
    if (!header) throw imageRefusal('sourceFormatUnknown');
    const { format } = header;
    const isReadable = format !== 'bmp' && format !== 'heic';
    const file = isReadable ? { files: bucket.objects.filesOf(object), format } : undefined;
    return { object, header, file };
  } finally {
    await opened.close();
  }
}

/** An image in a temporary file that is removed on disposal. */
export interface ImageFile extends MadeImage, AsyncDisposable {
  readonly path: string;
}

/**
 * Processes an image into a temporary file; undefined if the object is gone.
 * @throws OssRefusal
 */
export async function makeImageFile(
  { images, buckets }: EmulatorState,
  { file, header }: ImageSource,
  request: ImageRequest,
): Promise<ImageFile | undefined> {
  if (!file) throw notImplemented(`image/… of ${header.format}`);
  const path = join(buckets.incoming.folder, randomUUID());
  const remove = () => rm(path, { force: true });
  try {
    const made = await images.make(file, request, path);
    return made && { ...made, path, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The response headers that describe the object, without those that describe its bytes, such as checksums. */
export function headersOfSource(object: StoredObject): Record<string, string> {
  const { 'content-encoding': _, ...kept } = object.headers;
  return {
    ...kept,
    etag: quoteEtag(object.etag),
    'last-modified': new Date(object.modifiedAt).toUTCString(),
    'x-oss-object-type': object.type,
    'x-oss-storage-class': object.storageClass,
  };
}
