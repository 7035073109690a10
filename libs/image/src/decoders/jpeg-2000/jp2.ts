import { PDFiumModule } from '@hyzyla/pdfium';
import { boundPdfium } from '../sandbox/bound-pdfium.ts';
import { bytesBeside, DecoderRefusal, refuseTooMany, type DecodedPicture } from '../sandbox/decoder-task.ts';
import { readJp2Header, type Jp2Header } from './jp2-header.ts';

type Pdfium = Awaited<ReturnType<typeof PDFiumModule>>;

/** Memory per pixel in the decoder: 32 bits per component, the decoded picture, the page. */
const pixelBytes = 20;
/** PDFium constants (fpdfview.h): a bitmap of four bytes per pixel, red first. */
const withAlpha = 4;
const redFirst = 0x10;

/**
 * Decodes a JPEG 2000 (ISO/IEC 15444-1), in its file format or as a bare codestream, with the OpenJPEG inside PDFium,
 * by drawing a page of the same size with only this picture. Alpha comes from a second drawing, because PDFium blends
 * the colours with white when it applies transparency.
 */
export async function decodeJp2(bytes: Uint8Array, maxPixels: number): Promise<DecodedPicture> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (file.length < 12) throw new DecoderRefusal('media.damaged', 'the header is truncated');
  const header = readJp2Header(file);
  const { width, height, hasAlpha, icc } = header;
  refuseTooMany(width, height, maxPixels);
  // The file is in memory three times; the alpha channel is held in addition to the picture.
  const maxBytes = bytesBeside(bytes.length * 2 + (hasAlpha ? width * height : 0));
  if (width * height * pixelBytes + bytes.length > maxBytes)
    throw new DecoderRefusal(
      'media.too_complex',
      `the JPEG 2000 has ${width} × ${height} pixels; send another format`,
    );
  const { instantiateWasm, ranOut } = await boundPdfium(maxBytes);
  const pdfium = await PDFiumModule({ instantiateWasm });
  pdfium._FPDF_InitLibraryWithConfig({});
  const masked = hasAlpha ? draw(pdfium, file, header, true) : undefined;
  const alpha = masked && alphaOf(masked.pixels);
  masked?.free();
  const data = draw(pdfium, file, header, false)?.pixels;
  // The page stays blank if the picture could not be decoded.
  if (data?.[3] !== 255 || (hasAlpha && !alpha)) {
    if (ranOut()) throw new DecoderRefusal('media.too_complex', 'send a smaller image');
    throw new DecoderRefusal('media.damaged', 'the file cannot be decoded');
  }
  alpha?.forEach((value, pixel) => (data[pixel * 4 + 3] = value));
  return { pixels: { width, height, channels: 4, rowBytes: width * 4, data, icc }, reported: {} };
}

function alphaOf(pixels: Uint8Array): Uint8Array {
  const alpha = new Uint8Array(pixels.length / 4);
  for (let pixel = 0; pixel < alpha.length; pixel++) alpha[pixel] = pixels[pixel * 4 + 3] ?? 255;
  return alpha;
}

interface Drawn {
  /** Four bytes per pixel, red first, in PDFium's memory. */
  pixels: Uint8Array;
  free(): void;
}

/** Draws the page; undefined if PDFium cannot allocate or load it. */
function draw(pdfium: Pdfium, file: Buffer, header: Jp2Header, masked: boolean): Drawn | undefined {
  const { width, height } = header;
  const page = pageOf(file, header, masked);
  const place = pdfium.wasmExports.malloc(page.length);
  if (!place) return undefined;
  pdfium.HEAPU8.set(page, place);
  const document = pdfium._FPDF_LoadMemDocument(place, page.length, 0);
  const opened = document && pdfium._FPDF_LoadPage(document, 0);
  const bitmap = opened && pdfium._FPDFBitmap_CreateEx(width, height, withAlpha, 0, width * 4);
  if (!bitmap) return undefined;
  pdfium._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0);
  pdfium._FPDF_RenderPageBitmap(bitmap, opened, 0, 0, width, height, 0, redFirst);
  const at = pdfium._FPDFBitmap_GetBuffer(bitmap);
  return {
    pixels: pdfium.HEAPU8.subarray(at, at + width * height * 4),
    free: () => {
      pdfium._FPDFBitmap_Destroy(bitmap);
      pdfium._FPDF_ClosePage(opened);
      pdfium._FPDF_CloseDocument(document);
      pdfium.wasmExports.free(place);
    },
  };
}

/** Builds a one-page PDF filled by the picture (ISO 32000-2, 7.4.9, JPXDecode). */
function pageOf(file: Buffer, { width, height, colors }: Jp2Header, masked: boolean): Buffer {
  const content = `${width} 0 0 ${height} 0 0 cm /Picture Do`;
  const space = colors === 1 ? '/DeviceGray' : '/DeviceRGB';
  const before = [
    '%PDF-1.7',
    '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj',
    '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj',
    `3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${width} ${height}]/Contents 4 0 R`,
    '/Resources<</XObject<</Picture 5 0 R>>>>>>endobj',
    `4 0 obj<</Length ${content.length}>>stream\n${content}\nendstream endobj`,
    `5 0 obj<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}/ColorSpace${space}`,
    `/Filter/JPXDecode/SMaskInData ${masked ? 1 : 0}/Length ${file.length}>>stream\n`,
  ].join('\n');
  const behind = '\nendstream endobj\ntrailer<</Root 1 0 R/Size 6>>\n%%EOF';
  return Buffer.concat([Buffer.from(before), file, Buffer.from(behind)]);
}
