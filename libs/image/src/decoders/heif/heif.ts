import type { MainModule } from 'libheif-js/libheif-wasm/libheif.js';
import { createRequire } from 'node:module';
import { readHevcColours } from '../../colours/hevc-colours.ts';
import { boundWasm } from '../sandbox/bound-wasm.ts';
import { bytesBeside, DecoderRefusal, refuseTooMany, type DecodedPicture } from '../sandbox/decoder-task.ts';
import { HeifMemory } from './heif-memory.ts';
import { uprightExif } from '../containers/upright-exif.ts';

const createLibheif = createRequire(import.meta.url)('libheif-js/libheif-wasm/libheif.js') as (
  options: object,
) => MainModule;

/** libheif constants (heif_image.h, heif_error.h, heif_color.h). */
const rgb = 1;
const interleaved = { channel: 10, rgb: 10, rgba: 11 };
const errors = {
  unsupportedFileType: 3,
  unsupportedFeature: 4,
  memory: 6,
  noDecoder: 6003,
  limitExceeded: 1000,
};
/** Offset of `convert_hdr_to_8bit` in heif_decoding_options with four-byte pointers. */
const to8Bits = 20;

/**
 * Decodes the primary image of a HEIC or HEIF file with libheif and libde265 to 8 bits per sample, with the file's
 * rotation, mirroring and cropping applied, its ICC profile or colour codes, and its EXIF and XMP.
 */
export async function decodeHeif(bytes: Uint8Array, maxPixels: number): Promise<DecodedPicture> {
  const heif = createLibheif({
    wasmBinary: await boundWasm('libheif-js/libheif-wasm/libheif.wasm', bytesBeside(bytes.length)),
  });
  const memory = new HeifMemory(heif);
  const attempt = (call: (error: number) => void) => refuseError(memory.errorOf(call));

  const context = heif._heif_context_alloc();
  const file = memory.store(bytes);
  attempt((error) => heif._heif_context_read_from_memory_without_copy(error, context, file, bytes.length, 0));
  const handle = memory.pointerFrom((at) =>
    attempt((error) => heif._heif_context_get_primary_image_handle(error, context, at)),
  );
  refuseTooMany(
    heif._heif_image_handle_get_width(handle),
    heif._heif_image_handle_get_height(handle),
    maxPixels,
  );

  // Must precede decoding: growing the memory would invalidate the view of the pixels.
  const carried = {
    icc: memory.readProfile(handle),
    exif: uprightExif(memory.readExif(handle)),
    xmp: memory.readXmp(handle),
  };
  const channels = heif._heif_image_handle_has_alpha_channel(handle) ? 4 : 3;
  const options = heif._heif_decoding_options_alloc();
  heif.HEAPU8[options + to8Bits] = 1;
  const chroma = channels === 4 ? interleaved.rgba : interleaved.rgb;
  const image = memory.pointerFrom((at) =>
    attempt((error) => heif._heif_decode_image(error, handle, at, rgb, chroma, options)),
  );
  const width = heif._heif_image_get_width(image, interleaved.channel);
  const height = heif._heif_image_get_height(image, interleaved.channel);
  let plane = 0;
  const rowBytes = memory.pointerFrom((at) => {
    plane = heif._heif_image_get_plane_readonly2(image, interleaved.channel, at);
  });
  const cicp = carried.icc ? undefined : (memory.readCicp(handle, image) ?? readHevcColours(bytes));
  const data = memory.view(plane, rowBytes * height);
  return {
    pixels: {
      width,
      height,
      channels,
      rowBytes,
      data,
      ...carried,
      cicp,
    },
    reported: {},
  };
}

function refuseError({ code, subcode }: { code: number; subcode: number }): void {
  if (code === 0) return;
  if (code === errors.memory || subcode === errors.limitExceeded) {
    throw new DecoderRefusal('media.too_complex', 'send a smaller or simpler image');
  }
  if (
    code === errors.unsupportedFileType ||
    code === errors.unsupportedFeature ||
    subcode === errors.noDecoder
  ) {
    throw new DecoderRefusal(
      'media.unsupported',
      'only HEVC and AV1 images of the HEIF family are supported',
    );
  }
  throw new DecoderRefusal(
    'media.damaged',
    `the file is truncated or cannot be decoded (libheif ${code}.${subcode})`,
  );
}
