import { initSync, JxlImage } from 'jxl-oxide-wasm';
import { brotliDecompressSync } from 'node:zlib';
import { boundWasm } from '../sandbox/bound-wasm.ts';
import { bytesBeside, DecoderRefusal, refuseTooMany, type DecodedPicture } from '../sandbox/decoder-task.ts';
import { boxesIn, type Box } from '../containers/iso-boxes.ts';
import { readJxlSize } from './jxl-size.ts';
import { uprightExif } from '../containers/upright-exif.ts';
import { addToPng } from '../containers/write-png.ts';

/** Minimum memory per pixel in the decoder: three 32-bit samples. */
const leastPixelBytes = 12;
/** Larger EXIF or XMP blocks are left out. */
const maxMetadataBytes = 4 * 1024 ** 2;

/**
 * Decodes a JPEG XL (ISO/IEC 18181) with jxl-oxide: upright, with its colours as ICC profile or cICP, and with 16 bits
 * per sample if the source has more than 8. For an animation, decodes the first frame and reports the number of frames.
 */
export async function decodeJxl(bytes: Uint8Array, maxPixels: number): Promise<DecodedPicture> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const { width, height } = readJxlSize(file);
  refuseTooMany(width, height, maxPixels);
  // The decoder's PNG is copied out of its memory.
  const maxBytes = bytesBeside(bytes.length + width * height * 4);
  const module = await WebAssembly.compile(await boundWasm('jxl-oxide-wasm/module.wasm', maxBytes));
  const { memory } = initSync({ module });
  const image = new JxlImage();
  try {
    feed(image, bytes);
    if (!image.loaded) throw new DecoderRefusal('media.damaged', 'the file is truncated');
    const png = draw(image);
    const encoded = addToPng(png, readMetadata(file));
    return { encoded, reported: image.animated ? { frames: image.numLoadedKeyframes } : {} };
  } catch (thrown) {
    // The decoder traps when it runs out of memory, but also on some damaged files.
    const isTrap = thrown instanceof Error && thrown.name === 'RuntimeError';
    const isFull = Math.max(memory.buffer.byteLength, width * height * leastPixelBytes) > maxBytes / 2;
    if (!isTrap || isFull) throw thrown;
    throw new DecoderRefusal('media.damaged', 'the file cannot be decoded');
  }
}

/** Feeds the file to the decoder without decoding pixels. The decoder throws errors as strings. */
function feed(image: JxlImage, bytes: Uint8Array): void {
  // Otherwise the decoder decides by browser detection.
  image.forceSrgb = false;
  image.feedBytes(bytes);
  if (!image.tryInit()) throw new DecoderRefusal('media.damaged', 'the header is truncated');
}

function draw(image: JxlImage): Uint8Array {
  try {
    return image.render(0).encodeToPng();
  } catch (thrown) {
    if (typeof thrown !== 'string' || !/unsupported/i.test(thrown)) throw thrown;
    throw new DecoderRefusal('media.unsupported', 'only grey and RGB pictures of JPEG XL are supported');
  }
}

/** Reads EXIF and XMP of the container (ISO/IEC 18181-2, 9.4 to 9.6), optionally Brotli-compressed. */
function readMetadata(file: Buffer): { exif?: Uint8Array | undefined; xmp?: Uint8Array | undefined } {
  // A bare codestream has no boxes.
  if (file.toString('hex', 0, 2) === 'ff0a') return {};
  const boxes = boxesIn(file);
  // Only the first of each kind is unpacked; thousands of them would exhaust the memory.
  const [exif, xmp] = ['Exif', 'xml '].map((wanted) => {
    const isPacked = ({ type, body }: Box) => type === 'brob' && body.toString('latin1', 0, 4) === wanted;
    const found = boxes.find((box) => box.type === wanted || isPacked(box));
    return found && (isPacked(found) ? unpack(found.body.subarray(4)) : found.body);
  });
  // The EXIF block is preceded by a four-byte offset to its start.
  const block = exif && exif.length > 4 ? exif.subarray(4 + exif.readUInt32BE(0)) : undefined;
  return {
    exif: block && block.length <= maxMetadataBytes ? uprightExif(block) : undefined,
    xmp: xmp && xmp.length > 0 && xmp.length <= maxMetadataBytes ? xmp : undefined,
  };
}

/** Returns an empty buffer if the data is damaged or too large, because metadata is optional. */
function unpack(packed: Buffer): Buffer {
  try {
    return brotliDecompressSync(packed, { maxOutputLength: maxMetadataBytes });
  } catch {
    return Buffer.alloc(0);
  }
}
