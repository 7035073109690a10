import { readFile, stat, writeFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import {
  bytesBeside,
  DecoderRefusal,
  type DecoderAnswer,
  type DecoderName,
  type DecodedPicture,
  type DecoderTask,
} from './sandbox/decoder-task.ts';
import { writePng } from './containers/write-png.ts';

/**
 * The entry point of a decoder thread. Imports in this folder use .ts extensions because the tests run it from source
 * in plain Node, and import no other project code except `colours/`.
 */
type Decoder = (bytes: Uint8Array, maxPixels: number) => Promise<DecodedPicture> | DecodedPicture;

const decoders: Record<DecoderName, () => Promise<Decoder>> = {
  heif: async () => (await import('./heif/heif.ts')).decodeHeif,
  svg: async () => (await import('./vector/svg.ts')).drawSvg,
  bmp: async () => (await import('./bitmaps/bmp.ts')).decodeBmp,
  pdf: async () => (await import('./vector/pdf.ts')).drawPdf,
  jxl: async () => (await import('./jpeg-xl/jxl.ts')).decodeJxl,
  jp2: async () => (await import('./jpeg-2000/jp2.ts')).decodeJp2,
  ico: async () => (await import('./bitmaps/ico.ts')).decodeIcon,
  tga: async () => (await import('./bitmaps/tga.ts')).decodeTarga,
  psd: async () => (await import('./photoshop/psd.ts')).decodePhotoshop,
  raw: async () => (await import('./raw/raw.ts')).findPreview,
};

async function answer(task: DecoderTask): Promise<DecoderAnswer> {
  try {
    if (task.decoder === 'text') return await (await import('./vector/text.ts')).drawText(task);
    const { decoder, file, output, maxPixels } = task;
    // Refuses oversized files before reading them into memory.
    bytesBeside((await stat(file)).size);
    const open = await decoders[decoder]();
    const picture = await open(await readFile(file), maxPixels);
    if ('pixels' in picture) await writePng(output, picture.pixels);
    else await writeFile(output, picture.encoded);
    return { reported: picture.reported, warnings: picture.warnings ?? [] };
  } catch (thrown) {
    return refusalOf(thrown);
  }
}

function refusalOf(thrown: unknown): DecoderAnswer {
  const reason = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  if (thrown instanceof DecoderRefusal) return { code: thrown.code, detail: thrown.message, reason };
  // A decoder traps when it runs out of memory or stack; an error with a code is Node's, from a read past the end.
  if (
    thrown instanceof Error &&
    ['RuntimeError', 'RangeError'].includes(thrown.name) &&
    !('code' in thrown)
  ) {
    return { code: 'media.too_complex', detail: 'send a smaller or simpler image', reason };
  }
  return { code: 'media.damaged', detail: 'the file is truncated or cannot be decoded', reason };
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort?.postMessage(await answer(workerData as DecoderTask));
