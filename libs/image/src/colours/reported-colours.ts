import type { Metadata } from 'sharp';
import type { ColourCodes } from './tag-avif.js';
import { readPngChunks } from '../decoders/containers/read-png.js';
import { readStart } from '../source/read-start.js';
import type { ImageSource } from '../source/image-source.js';

/** Chromaticities (x, y) of red, green, blue and white. */
export type Primaries = readonly [r: Point, g: Point, b: Point, white: Point];
type Point = readonly [x: number, y: number];

/** Transfer curve: that of sRGB, a power function, PQ or HLG (ITU-R BT.2100). */
export type Curve = 'srgb' | 'pq' | 'hlg' | { readonly power: number };

/** The colours of a picture that reports them without an ICC profile. */
export interface ReportedColours {
  readonly primaries: Primaries;
  readonly curve: Curve;
  /** The codes in the file, if it reports colours by codes. */
  readonly codes?: ColourCodes;
}

const d65: Point = [0.3127, 0.329];
export const srgbPrimaries: Primaries = [[0.64, 0.33], [0.3, 0.6], [0.15, 0.06], d65];

/** ITU-T H.273, table 2. Other codes are treated as sRGB. */
const primariesByCode: Readonly<Record<number, Primaries>> = {
  1: srgbPrimaries,
  5: [[0.64, 0.33], [0.29, 0.6], [0.15, 0.06], d65],
  6: [[0.63, 0.34], [0.31, 0.595], [0.155, 0.07], d65],
  9: [[0.708, 0.292], [0.17, 0.797], [0.131, 0.046], d65],
  11: [
    [0.68, 0.32],
    [0.265, 0.69],
    [0.15, 0.06],
    [0.314, 0.351],
  ],
  12: [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06], d65],
};

/** ITU-T H.273, table 3. Camera curves (1, 6, 14, 15) and other codes are treated as sRGB, as browsers do. */
const curvesByCode: Readonly<Record<number, Curve>> = {
  4: { power: 2.2 },
  5: { power: 2.8 },
  8: { power: 1 },
  16: 'pq',
  18: 'hlg',
};

/** Length of the part to search: the metadata precedes the pixels. */
const startBytes = 65_536;

/**
 * Reads the colours that a picture without an ICC profile reports: cICP, or gAMA and cHRM, of a PNG (W3C PNG, third
 * edition, 11.3.2); the `colr` box of type `nclx` of the HEIF family (ISO/IEC 14496-12).
 * @returns null for sRGB, or if nothing is reported
 */
export async function readReportedColours(
  source: ImageSource,
  metadata: Metadata,
): Promise<ReportedColours | null> {
  if (metadata.hasProfile) return null;
  if (metadata.format === 'png') return readPng(await readStart(source, startBytes));
  if (metadata.format === 'heif') return readHeif(await readStart(source, startBytes));
  return null;
}

function readPng(start: Buffer): ReportedColours | null {
  const chunks = new Map<string, Buffer>();
  for (const { type, data } of readPngChunks(start)) {
    if (type === 'IDAT') break;
    chunks.set(type, data);
  }
  const [cicp, gamma, chromaticities] = ['cICP', 'gAMA', 'cHRM'].map((type) => chunks.get(type));
  if (cicp?.length === 4) return fromCodes(cicp.readUInt8(0), cicp.readUInt8(1));
  if (chunks.has('iCCP') || chunks.has('sRGB')) return null;
  return unlessSrgb({
    primaries: (chromaticities?.length === 32 && readChromaticities(chromaticities)) || srgbPrimaries,
    curve: (gamma?.length === 4 && readGamma(gamma.readUInt32BE(0))) || 'srgb',
  });
}

/** White comes first; values are in units of 1/100,000. Null if the chromaticities do not form a triangle. */
function readChromaticities(data: Buffer): Primaries | null {
  const at = (index: number) => data.readUInt32BE(index * 4) / 100_000;
  const [white, red, green, blue] = [0, 1, 2, 3].map((point): Point => [at(2 * point), at(2 * point + 1)]);
  if (!white || !red || !green || !blue) return null;
  const points = [red, green, blue, white];
  const area = (green[0] - red[0]) * (blue[1] - red[1]) - (blue[0] - red[0]) * (green[1] - red[1]);
  const isSound = points.every(([x, y]) => x >= 0 && y > 0.001 && x <= 1 && y <= 1);
  return isSound && Math.abs(area) > 0.001 ? [red, green, blue, white] : null;
}

/** Gamma in units of 1/100,000; writers of sRGB use 45455. Null if it is out of range. */
function readGamma(hundredThousandths: number): Curve | null {
  if (hundredThousandths < 10_000 || hundredThousandths > 500_000) return null;
  if (Math.abs(hundredThousandths - 45_455) < 500) return 'srgb';
  return { power: 100_000 / hundredThousandths };
}

function readHeif(start: Buffer): ReportedColours | null {
  const at = start.indexOf('colrnclx', 0, 'latin1') + 8;
  if (at < 8 || at + 4 > start.length) return null;
  return fromCodes(start.readUInt16BE(at), start.readUInt16BE(at + 2));
}

function fromCodes(primaries: number, transfer: number): ReportedColours | null {
  return unlessSrgb({
    primaries: primariesByCode[primaries] ?? srgbPrimaries,
    curve: curvesByCode[transfer] ?? 'srgb',
    codes: [primaries, transfer],
  });
}

function unlessSrgb(colours: ReportedColours): ReportedColours | null {
  const isNear = colours.primaries.every((point, index) =>
    point.every((value, axis) => Math.abs(value - (srgbPrimaries[index]?.[axis] ?? 0)) < 0.002),
  );
  return isNear && colours.curve === 'srgb' ? null : colours;
}
