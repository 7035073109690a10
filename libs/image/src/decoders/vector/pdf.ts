import { PDFiumLibrary, type PDFiumDocument } from '@hyzyla/pdfium';
import { boundPdfium } from '../sandbox/bound-pdfium.ts';
import { bytesBeside, drawingScale, DecoderRefusal, type DecodedPicture } from '../sandbox/decoder-task.ts';

/**
 * Draws the first page of a PDF on white with PDFium; this build runs no scripts and has no network access. Reports the
 * page size in points and the number of pages as `frames`.
 */
export async function drawPdf(bytes: Uint8Array, maxPixels: number): Promise<DecodedPicture> {
  const { instantiateWasm, ranOut } = await boundPdfium(bytesBeside(bytes.length));
  const library = await PDFiumLibrary.init({ instantiateWasm });
  const [drawn] = await Promise.allSettled([drawFirstPage(library, bytes, maxPixels)]);
  if (ranOut()) throw new DecoderRefusal('media.too_complex', 'send a simpler PDF');
  if (drawn.status === 'rejected') throw drawn.reason;
  return drawn.value;
}

async function drawFirstPage(
  library: PDFiumLibrary,
  bytes: Uint8Array,
  maxPixels: number,
): Promise<DecodedPicture> {
  const document = await openDocument(library, bytes);
  const frames = document.getPageCount();
  if (frames < 1) throw new DecoderRefusal('media.damaged', 'the PDF has no pages');
  const page = document.getPage(0);
  const { originalWidth, originalHeight } = page.getOriginalSize();
  if (!(originalWidth > 0 && originalHeight > 0))
    throw new DecoderRefusal('media.damaged', 'the page has no size');
  const scale = drawingScale(originalWidth, originalHeight, maxPixels);
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  const { width, height, data } = await page.render({
    render: 'bitmap',
    width: side(originalWidth),
    height: side(originalHeight),
  });
  return {
    pixels: { width, height, channels: 4, rowBytes: width * 4, data },
    reported: { width: Math.ceil(originalWidth), height: Math.ceil(originalHeight), frames },
  };
}

async function openDocument(library: PDFiumLibrary, bytes: Uint8Array): Promise<PDFiumDocument> {
  try {
    return await library.loadDocument(bytes);
  } catch (thrown) {
    if (!(thrown instanceof Error) || !/password|security/i.test(thrown.message)) throw thrown;
    throw new DecoderRefusal('media.unsupported', 'the PDF is protected by a password');
  }
}
