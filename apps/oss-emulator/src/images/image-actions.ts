import type { Gravity, ImageStep, ResizeMode, Writing, WrittenFormat } from './child/image-task.js';
import { ActionParameters, bareValue, readNumber } from './action-parameters.js';
import { invalidValue, notImplemented } from './image-refusals.js';
import { refusal } from '../wire/refusals.js';

/** What one action requests. */
export type Asked = ImageStep | { readonly autoOrient: boolean } | { readonly writing: Writing };

/**
 * Reads the parameters of an action.
 * @throws OssRefusal
 */
type Reader = (parameters: readonly string[]) => Asked;

const modes: readonly ResizeMode[] = ['lfit', 'mfit', 'fill', 'pad', 'fixed'];
const gravities: readonly Gravity[] = ['nw', 'north', 'ne', 'west', 'center', 'east', 'sw', 'south', 'se'];

const side = { min: 1, max: 16_384 };
const radius = { min: 1, max: 4_096 };
const percent = { min: 1, max: 100 };

/** The `image/` actions that the emulator implements. ECs are those in OSS's documentation, where it has them. */
export const imageActions: Readonly<Record<string, Reader>> = {
  resize,
  crop,
  indexcrop,
  circle: (texts) => ({
    action: 'circle',
    radius: new ActionParameters(texts, ['r']).number('r', radius) ?? missing(),
  }),
  'rounded-corners': (texts) => ({
    action: 'rounded-corners',
    radius: new ActionParameters(texts, ['r']).number('r', { ...radius, ec: '0040-00000237' }) ?? missing(),
  }),
  rotate: (texts) => ({
    action: 'rotate',
    degrees: readNumber(bareValue(texts, 'rotate', '0040-00000216'), 'rotate', {
      min: 0,
      max: 360,
      ec: '0040-00000217',
    }),
  }),
  'auto-orient': (texts) => ({ autoOrient: readSwitch(texts, 'auto-orient') }),
  interlace: (texts) => ({ writing: { interlace: readSwitch(texts, 'interlace') } }),
  quality,
  format: (texts) => ({ writing: readFormat(bareValue(texts, 'format', '0040-00000207')) }),
};

/** Actions that OSS has but the emulator does not implement. */
export const unbuiltActions: ReadonlySet<string> = new Set([
  'average-hue',
  'blind-watermark',
  'blur',
  'bright',
  'contrast',
  'faces',
  'sharpen',
  'watermark',
]);

function resize(texts: readonly string[]): Asked {
  const given = new ActionParameters(texts, ['m', 'w', 'h', 'l', 's', 'p', 'limit', 'color']);
  if (given.text('w') === '0' && given.text('h') === '0') throw invalidValue('0', 'w', '0040-00000321');
  const step = {
    action: 'resize',
    mode: given.oneOf('m', modes, '0040-00000311') ?? 'lfit',
    width: given.number('w', { ...side, ec: '0040-00000312' }),
    height: given.number('h', { ...side, ec: '0040-00000313' }),
    longSide: given.number('l', { ...side, ec: '0040-00000314' }),
    shortSide: given.number('s', { ...side, ec: '0040-00000315' }),
    percent: given.number('p', { min: 1, max: 1_000, ec: '0040-00000317' }),
    mayEnlarge: given.number('limit', { min: 0, max: 1, ec: '0040-00000319' }) === 0,
    padColor: readColor(given),
  } as const;
  const sizes = [step.width, step.height, step.longSide, step.shortSide, step.percent];
  return sizes.some((size) => size !== undefined) ? step : missing();
}

function crop(texts: readonly string[]): Asked {
  // Examples in OSS's documentation still use `r`, a parameter of a former action.
  const given = new ActionParameters(texts, ['x', 'y', 'w', 'h', 'g', 'p', 'r']);
  if (given.text('p') !== undefined) throw notImplemented('image/crop,p_');
  if (['face', 'auto'].includes(given.text('g') ?? ''))
    throw notImplemented(`image/crop,g_${given.text('g')}`);
  const place = { min: 0, max: 30_000 };
  return {
    action: 'crop',
    x: given.number('x', place) ?? 0,
    y: given.number('y', place) ?? 0,
    width: given.number('w', { ...place, ec: '0040-00000225' }) ?? 0,
    height: given.number('h', { ...place, ec: '0040-00000226' }) ?? 0,
    gravity: given.oneOf('g', gravities) ?? 'nw',
  };
}

function indexcrop(texts: readonly string[]): Asked {
  const given = new ActionParameters(texts, ['x', 'y', 'i']);
  const slice = { min: 1, max: 30_000, ec: '0040-00000230' };
  const [x, y] = [given.number('x', slice), given.number('y', slice)];
  const index = given.number('i', { min: 0, max: 30_000, ec: '0040-00000229' }) ?? 0;
  // If both are given, y takes precedence.
  const length = y ?? x ?? missing();
  return { action: 'indexcrop', axis: y === undefined ? 'x' : 'y', length, index };
}

function quality(texts: readonly string[]): Asked {
  const given = new ActionParameters(texts, ['q', 'Q']);
  const absolute = given.number('Q', percent);
  const relative = given.number('q', percent);
  return {
    writing: {
      quality: { percent: absolute ?? relative ?? missing(), isRelative: absolute === undefined },
    },
  };
}

/** `gif` changes nothing: a GIF stays a GIF, and any other image keeps its format. */
function readFormat(text: string): Writing {
  const formats: Readonly<Record<string, WrittenFormat>> = {
    jpg: 'jpg',
    png: 'png',
    webp: 'webp',
    tiff: 'tiff',
  };
  const format = Object.hasOwn(formats, text) ? formats[text] : undefined;
  if (format) return { format };
  if (text === 'gif') return {};
  if (['bmp', 'heic', 'avif'].includes(text)) throw notImplemented(`image/format,${text}`);
  throw invalidValue(text, 'format', '0040-00000206');
}

/** Reads a switch, `0` or `1`. */
function readSwitch(texts: readonly string[], action: string): boolean {
  return readNumber(bareValue(texts, action), action, { min: 0, max: 1 }) === 1;
}

function readColor(given: ActionParameters): string {
  const color = given.text('color') ?? 'FFFFFF';
  if (!/^[0-9a-f]{6}$/i.test(color)) throw invalidValue(color, 'color');
  return color;
}

/** @throws OssRefusal MissingArgument (assumed to be what OSS reports) */
function missing(): never {
  throw refusal('MissingArgument');
}
