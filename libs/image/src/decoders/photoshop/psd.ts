import { bytesBeside, DecoderRefusal, refuseTooMany, type DecodedPicture } from '../sandbox/decoder-task.ts';
import { rowsOf } from './psd-rows.ts';
import { ended, modes, readSections, type Photoshop } from './psd-sections.ts';
import { uprightExif } from '../containers/upright-exif.ts';
import { cmykTiff } from '../containers/write-tiff.ts';

/** Maximum side of a PSB, in pixels. */
const maxSide = 300_000;

/**
 * Extracts the merged picture of a Photoshop file (PSD or PSB); layers are not rendered. CMYK stays CMYK with its
 * profile, everything else becomes RGB. A custom decoder, because it needs memory for the merged picture only.
 */
export function decodePhotoshop(bytes: Uint8Array, maxPixels: number): DecodedPicture {
  const photoshop = readSections(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const { width, height, mode } = photoshop;
  if (Math.min(width, height) < 1 || Math.max(width, height) > maxSide)
    throw new DecoderRefusal('media.damaged', `${width} × ${height} pixels`);
  refuseTooMany(width, height, maxPixels);
  refuseUnread(photoshop);
  // CMYK needs memory twice: for the pixels and for the file made of them.
  if (width * height * (mode === modes.cmyk ? 8 : 4) > bytesBeside(bytes.length))
    throw new DecoderRefusal(
      'media.too_complex',
      `the file has ${width} × ${height} pixels; send another format`,
    );
  const profile = photoshop.icc?.toString('latin1', 16, 20);
  if (mode === modes.cmyk) {
    const icc = profile === 'CMYK' ? photoshop.icc : undefined;
    return { encoded: cmykTiff(width, height, readInks(photoshop), icc), reported: {} };
  }
  const icc = profile === 'RGB ' && mode === modes.rgb ? photoshop.icc : undefined;
  const exif = uprightExif(photoshop.exif);
  const pixels = { width, height, channels: 4, rowBytes: width * 4, data: readColors(photoshop) } as const;
  return { pixels: { ...pixels, icc, exif, xmp: photoshop.xmp }, reported: {} };
}

/** Colour channels per mode. */
const colorChannels: Readonly<Record<number, number>> = {
  [modes.bitmap]: 1,
  [modes.grey]: 1,
  [modes.indexed]: 1,
  [modes.rgb]: 3,
  [modes.cmyk]: 4,
  [modes.duotone]: 1,
};

function refuseUnread({ mode, depth, channels, hasMerged, palette }: Photoshop): void {
  const wanted = colorChannels[mode];
  if (!wanted)
    throw new DecoderRefusal('media.unsupported', `Photoshop colour mode ${mode} is not supported`);
  const isReadable =
    mode === modes.bitmap ? depth === 1 : depth === 8 || (depth === 16 && mode !== modes.indexed);
  if (!isReadable)
    throw new DecoderRefusal('media.unsupported', `a Photoshop file of ${depth} bits is not supported`);
  if (!hasMerged)
    throw new DecoderRefusal(
      'media.unsupported',
      'it contains only layers; save it with "Maximize PSD and PSB File Compatibility"',
    );
  if (channels < wanted || channels > 56)
    throw new DecoderRefusal('media.damaged', `it has ${channels} channels, too few or too many`);
  if (mode === modes.indexed && palette.length < 768) throw ended();
}

/** Yields the rows of the first channels with the distance between samples; of 16-bit samples the high byte comes first. */
function* samplesOf(photoshop: Photoshop, channels: number) {
  const { width, height, depth } = photoshop;
  const step = depth === 16 ? 2 : 1;
  let index = 0;
  for (const row of rowsOf(photoshop, channels, Math.ceil((width * depth) / 8))) {
    yield { row, step, channel: Math.floor(index / height), y: index % height };
    index++;
  }
}

/** Reads CMYK samples. In the file 0 means full ink, in a TIFF none. */
function readInks(photoshop: Photoshop): Buffer {
  const { width } = photoshop;
  let data: Buffer | undefined;
  for (const { row, step, channel, y } of samplesOf(photoshop, 4)) {
    data ??= Buffer.alloc(width * photoshop.height * 4);
    for (let x = 0; x < width; x++) data[(y * width + x) * 4 + channel] = 255 - (row[x * step] ?? 0);
  }
  return data ?? Buffer.alloc(0);
}

function readColors(photoshop: Photoshop): Buffer {
  const { width, height, mode, palette } = photoshop;
  const colors = colorChannels[mode] ?? 1;
  const hasAlpha = photoshop.hasAlpha && photoshop.channels > colors && mode !== modes.indexed;
  let data: Buffer | undefined;
  for (const { row, step, channel, y } of samplesOf(photoshop, colors + (hasAlpha ? 1 : 0))) {
    data ??= Buffer.alloc(width * height * 4, 255);
    for (let x = 0, to = y * width * 4; x < width; x++, to += 4) {
      const sample = row[x * step] ?? 0;
      if (channel === colors) data[to + 3] = sample;
      else if (colors === 3) data[to + channel] = sample;
      else if (mode === modes.indexed)
        for (let color = 0; color < 3; color++) data[to + color] = palette[color * 256 + sample] ?? 0;
      // A set bit is black.
      else
        data.fill(
          mode === modes.bitmap ? (((row[x >> 3] ?? 0) >> (7 - (x & 7))) & 1 ? 0 : 255) : sample,
          to,
          to + 3,
        );
    }
  }
  if (data && hasAlpha) unmix(data);
  return data ?? Buffer.alloc(0);
}

/** Reverses Photoshop's blending of semi-transparent pixels with white in the merged picture, which keeps their alpha. */
function unmix(data: Buffer): void {
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3] ?? 255;
    if (alpha === 0 || alpha === 255) continue;
    for (let color = at; color < at + 3; color++) {
      data[color] = Math.max(0, Math.round(255 - ((255 - (data[color] ?? 0)) * 255) / alpha));
    }
  }
}
