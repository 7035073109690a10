import type { ExifBlocks, ExifValue } from './exif-tags.js';
import { plainText } from './tag-text.js';
import type { XmpTags, XmpValue } from './xmp-tags.js';

export interface Camera {
  make: string | null;
  model: string | null;
  lens: string | null;
}

/** Exposure settings, in the units of their names; null for what the camera did not record. */
export interface Exposure {
  exposureTimeS: number | null;
  fNumber: number | null;
  iso: number | null;
  /** Actual focal length of the lens. */
  focalLengthMm: number | null;
  /** Focal length with the same angle of view on 35 mm film. */
  focalLength35Mm: number | null;
  /** Exposure compensation in EV. */
  biasEv: number | null;
  flashFired: boolean | null;
}

const maxTextLength = 200;
/** The maximum of EXIF's 16-bit ISO tag: the actual value is in another tag. */
const isoOverflow = 65_535;

/** Camera and lens from EXIF, else from XMP; null if neither has them. */
export function findCamera({ image, photo }: ExifBlocks, xmp: XmpTags): Camera | null {
  const camera = {
    make: firstText(image.get('Make'), xmp.get('tiff:Make')),
    model: firstText(image.get('Model'), xmp.get('tiff:Model')),
    lens: firstText(photo.get('LensModel'), xmp.get('exifEX:LensModel'), xmp.get('aux:Lens')),
  };
  return (camera.make ?? camera.model ?? camera.lens) ? camera : null;
}

/** Exposure from EXIF, else from XMP; null if neither has it. */
export function findExposure({ photo }: ExifBlocks, xmp: XmpTags): Exposure | null {
  const exif = (name: string) => [photo.get(name), xmp.get(`exif:${name}`)];
  const sensitivities = [
    photo.get('ISO'),
    xmp.get('exif:ISOSpeedRatings'),
    xmp.get('exifEX:PhotographicSensitivity'),
  ];
  const iso = firstPositive(...sensitivities.flat());
  const flash = photo.get('Flash');
  const exposure: Exposure = {
    exposureTimeS: firstPositive(...exif('ExposureTime')),
    fNumber: firstPositive(...exif('FNumber')),
    iso: iso === isoOverflow ? firstPositive(...exif('RecommendedExposureIndex'), iso) : iso,
    focalLengthMm: firstPositive(...exif('FocalLength')),
    focalLength35Mm: firstPositive(
      photo.get('FocalLengthIn35mmFormat'),
      xmp.get('exif:FocalLengthIn35mmFilm'),
    ),
    biasEv: firstNumber(photo.get('ExposureCompensation'), xmp.get('exif:ExposureBiasValue')),
    // The lowest bit shows whether the flash fired; the others are the camera's settings.
    flashFired: typeof flash === 'number' ? (flash & 1) === 1 : null,
  };
  return Object.values(exposure).some((value) => value !== null) ? exposure : null;
}

function firstText(...values: (ExifValue | XmpValue | undefined)[]): string | null {
  return values.map((value) => plainText(value, maxTextLength)).find((text) => text !== null) ?? null;
}

function firstNumber(...values: unknown[]): number | null {
  return values.map(toNumber).find((value) => value !== null) ?? null;
}

/** Cameras write zero for unknown values. */
function firstPositive(...values: unknown[]): number | null {
  return values.map(toNumber).find((value) => value !== null && value > 0) ?? null;
}

/** Parses a number, or text with a number or a fraction as in XMP; rounds to six significant digits. */
function toNumber(value: unknown): number | null {
  if (typeof value === 'number') return round(value);
  const match = /^(-?\d{1,10}(?:\.\d{1,10})?)(?:\/(\d{1,10}))?$/.exec(typeof value === 'string' ? value : '');
  const fraction = match ? Number(match[1]) / Number(match[2] ?? 1) : NaN;
  return Number.isFinite(fraction) ? round(fraction) : null;
}

const round = (value: number) => Number(value.toPrecision(6));
