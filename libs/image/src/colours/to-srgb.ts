import { type Curve, type Primaries, srgbPrimaries, type ReportedColours } from './reported-colours.js';

type Matrix = readonly [Row, Row, Row];
type Row = readonly [number, number, number];

/** Luminance of diffuse white in HDR pictures, in cd/m² (ITU-R BT.2408); maps to SDR white. */
const whiteNits = 203;
/** HDR values above this share of white are compressed to stay below white. */
const knee = 0.75;
/** Steps of the table from light to samples: the step is a third of what 8 bits need in the darkest range. */
const lightSteps = 16_384;

/**
 * Converts pixels to 8-bit sRGB; 8-bit pixels are converted in place.
 * @param channels 4 includes alpha, which is kept
 */
export function toSrgb(
  data: Buffer | Uint16Array,
  channels: 3 | 4,
  { primaries, curve }: ReportedColours,
): Buffer {
  const most = data instanceof Uint16Array ? 65_535 : 255;
  const shown = data instanceof Uint16Array ? Buffer.allocUnsafe(data.length) : data;
  const light = Float64Array.from({ length: most + 1 }, (_, sample) => lightOf(sample / most, curve));
  const matrix = multiply(invert(toXyz(srgbPrimaries)), multiply(adapt(primaries[3]), toXyz(primaries)));
  const samples = Uint8Array.from({ length: lightSteps + 1 }, (_, step) => sampleOf(step / lightSteps));
  const isHdr = curve === 'pq' || curve === 'hlg';
  for (let at = 0; at + 2 < data.length; at += channels) {
    let rgb: Row = [light[data[at] ?? 0] ?? 0, light[data[at + 1] ?? 0] ?? 0, light[data[at + 2] ?? 0] ?? 0];
    if (curve === 'hlg') rgb = showHlg(rgb);
    rgb = apply(matrix, rgb);
    const pressed = isHdr ? pressHighlights(rgb) : rgb;
    for (let index = 0; index < 3; index += 1) {
      const bounded = Math.min(1, Math.max(0, pressed[index] ?? 0));
      shown[at + index] = samples[Math.round(bounded * lightSteps)] ?? 0;
    }
    if (channels === 4) shown[at + 3] = Math.round(((data[at + 3] ?? 0) * 255) / most);
  }
  return shown;
}

/** Linear light of a sample, 1 for white; for HLG scene light, 0 to 1. */
function lightOf(sample: number, curve: Curve): number {
  if (curve === 'srgb') return sample <= 0.040_45 ? sample / 12.92 : ((sample + 0.055) / 1.055) ** 2.4;
  if (curve === 'pq') {
    const root = sample ** (1 / 78.843_75);
    const nits =
      10_000 *
      (Math.max(0, root - 0.835_937_5) / (18.851_562_5 - 18.6875 * root)) ** (1 / 0.159_301_757_812_5);
    return nits / whiteNits;
  }
  if (curve === 'hlg') {
    const [a, b, c] = [0.178_832_77, 0.284_668_92, 0.559_910_73];
    return sample <= 0.5 ? sample ** 2 / 3 : (Math.exp((sample - c) / a) + b) / 12;
  }
  return sample ** curve.power;
}

function sampleOf(light: number): number {
  const sample = light <= 0.003_130_8 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
  return Math.round(sample * 255);
}

/** Display light of HLG scene light on a screen of 1,000 cd/m² (ITU-R BT.2100, table 5), 1 for diffuse white. */
function showHlg([r, g, b]: Row): Row {
  const gain = ((0.2627 * r + 0.678 * g + 0.0593 * b) ** 0.2 * 1_000) / whiteNits;
  return [r * gain, g * gain, b * gain];
}

/** Compresses highlights, scaling by the brightest component to keep the hue. */
function pressHighlights(rgb: Row): Row {
  const most = Math.max(...rgb);
  if (most <= knee) return rgb;
  const gain = (knee + (1 - knee) * (1 - Math.exp(-(most - knee) / (1 - knee)))) / most;
  return [rgb[0] * gain, rgb[1] * gain, rgb[2] * gain];
}

/** Matrix from linear light in these primaries to XYZ. */
function toXyz([r, g, b, white]: Primaries): Matrix {
  const [rx, gx, bx, wx] = [r, g, b, white].map(([x, y]): Row => [x / y, 1, (1 - x - y) / y]) as [
    Row,
    Row,
    Row,
    Row,
  ];
  const columns = transpose([rx, gx, bx]);
  const [sr, sg, sb] = apply(invert(columns), wx);
  return columns.map(([x, y, z]): Row => [x * sr, y * sg, z * sb]) as unknown as Matrix;
}

const bradford: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

/** Matrix from another white point to that of sRGB (Bradford adaptation). */
function adapt([x, y]: Primaries[3]): Matrix {
  const [wx, wy] = srgbPrimaries[3];
  const from = apply(bradford, [x / y, 1, (1 - x - y) / y]);
  const to = apply(bradford, [wx / wy, 1, (1 - wx - wy) / wy]);
  const scale: Matrix = [
    [to[0] / from[0], 0, 0],
    [0, to[1] / from[1], 0],
    [0, 0, to[2] / from[2]],
  ];
  return multiply(invert(bradford), multiply(scale, bradford));
}

function apply([a, b, c]: Matrix, [x, y, z]: Row): Row {
  const by = (row: Row) => row[0] * x + row[1] * y + row[2] * z;
  return [by(a), by(b), by(c)];
}

function multiply(left: Matrix, right: Matrix): Matrix {
  const columns = transpose(right);
  return left.map((row): Row => apply(columns, row)) as unknown as Matrix;
}

function transpose([a, b, c]: Matrix): Matrix {
  return [
    [a[0], b[0], c[0]],
    [a[1], b[1], c[1]],
    [a[2], b[2], c[2]],
  ];
}

function invert([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const rows: Matrix = [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ];
  return rows.map(([x, y, z]): Row => [
    x / determinant,
    y / determinant,
    z / determinant,
  ]) as unknown as Matrix;
}
