/**
 * Eight kinds of synthetic video for the ladder benchmarks, as diverse to encode as real uploads. The pictures are
 * drawn anew for each run, and their noise differs between runs.
 */
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { runFfmpeg } from '../harness/run-ffmpeg.js';

const kindRate = 25;

/** How a clip is made from stills: the pictures, and the filters that animate them (`[0:v]`, `[1:v]`, …). */
interface Recipe {
  readonly pictures: () => Promise<readonly Sharp[]>;
  readonly filters: (seconds: number) => string;
}

const code = 'const next = await read(source, { signal, limit: 4096 }); // until the end of the page';
const words = ['The quarter in numbers', 'What we learned', 'Where we go from here'];

export const kindsOfClips = {
  screen: {
    pictures: async () => [page(1_920, 3_200, 80)],
    filters: () =>
      "crop=1920:1080:0:'120*floor(t*2)',drawbox=x=400:y=500:w=12:h=28:color=white:t=fill:enable='lt(mod(t,1),0.5)'",
  },
  'film grain': {
    pictures: async () => [await scenery(2_304, 1_296)],
    filters: () => `${pan(1_920, 1_080, 0.4)},noise=alls=20:allf=t,gblur=sigma=0.6`,
  },
  sport: {
    pictures: async () => [await scenery(2_880, 1_620), await scenery(160, 320), await scenery(200, 360)],
    filters: () =>
      `${pan(1_920, 1_080, 2.5)}[field];[field][1:v]overlay='900+800*sin(3*t)':'400+200*cos(5*t)'[one];[one][2:v]overlay='800-700*cos(4*t)':'300+300*sin(2*t)',noise=alls=4:allf=t`,
  },
  animation: {
    pictures: async () => [hills(2_880, 1_080), figure(420, 620)],
    filters: () =>
      "crop=1920:1080:'(iw-1920)*t/8':0[back];[back][1:v]overlay='700+400*sin(1.5*t)':'380+60*abs(sin(8*t))'",
  },
  dark: {
    pictures: async () => [await scenery(2_304, 1_296)],
    filters: () => `${pan(1_920, 1_080, 0.6)},format=yuv420p,lutyuv=y='16+(val-16)*0.22',noise=alls=4:allf=t`,
  },
  portrait: {
    pictures: async () => [await scenery(1_296, 2_304)],
    filters: () => `${pan(1_080, 1_920, 0.9)},noise=alls=5:allf=t`,
  },
  talk: {
    pictures: async () => [await blurred(1_920, 1_080, 8), await head(620, 760)],
    filters: () => "[0:v][1:v]overlay='650+10*sin(2.2*t)':'300+6*sin(3.7*t)',noise=alls=2:allf=t",
  },
  slides: {
    pictures: async () => words.map((title, index) => slide(title, index)),
    filters: (seconds) =>
      `[0:v][1:v]overlay=enable='gte(t,${seconds / 3})'[two];[two][2:v]overlay=enable='gte(t,${(2 * seconds) / 3})'`,
  },
} as const satisfies Record<string, Recipe>;
export type KindOfClip = keyof typeof kindsOfClips;

/**
 * Renders a clip of a kind, 720 pixels high, or 720 wide if it is upright. It is scaled down so that its edges are as
 * soft as those of a camera.
 */
export async function makeKindOfClip(
  ffmpeg: string,
  kind: KindOfClip,
  file: string,
  seconds: number,
): Promise<void> {
  const { pictures, filters }: Recipe = kindsOfClips[kind];
  const inputs: (string | string[])[] = [];
  for (const [index, drawn] of (await pictures()).entries()) {
    const still = join(`${file}-${index}.png`);
    await drawn.png({ compressionLevel: 1 }).toFile(still);
    inputs.push(`-loop 1 -framerate ${kindRate} -t ${seconds} -i`, [still]);
  }
  await runFfmpeg(ffmpeg, [
    ...inputs,
    ['-filter_complex', `${filters(seconds)},scale=iw*2/3:-2:flags=area,format=yuv420p`],
    `-t ${seconds} -c:v libx264 -preset ultrafast -crf 14 -g 50`,
    [file],
  ]);
}

/** A camera that pans over a larger picture. */
function pan(width: number, height: number, pace: number): string {
  const wander = (wave: string) => `(0.5+0.5*${wave})`;
  return `[0:v]crop=${width}:${height}:x='(iw-${width})*${wander(`sin(${pace}*t)`)}':y='(ih-${height})*${wander(`cos(${0.7 * pace}*t)`)}'`;
}

/** Shapes of every size, the fine ones fainter than the large ones as in nature, with sharp edges in front. */
async function scenery(width: number, height: number): Promise<Sharp> {
  const cloud = async (cell: number, sigma: number) => {
    const [columns, rows] = [Math.ceil(width / cell), Math.ceil(height / cell)];
    const noise = { type: 'gaussian', mean: 128, sigma } as const;
    const create = { width: columns, height: rows, channels: 3, background: 'grey', noise } as const;
    const small = await sharp({ create }).png().toBuffer();
    return sharp(small)
      .resize(width, height, { fit: 'fill', kernel: 'cubic' })
      .png({ compressionLevel: 0 })
      .toBuffer();
  };
  const edges = Array.from({ length: 40 }, (_, index) => {
    const x = (index * 397) % width;
    const y = (index * 211) % height;
    return `<rect x="${x}" y="${y}" width="${20 + (index % 7) * 12}" height="${30 + (index % 5) * 25}" fill="hsl(${index * 47},45%,${25 + (index % 6) * 9}%)" transform="rotate(${index * 13} ${x} ${y})"/>`;
  });
  const large = await cloud(96, 60);
  const layers = [await cloud(24, 45), await cloud(8, 36), await cloud(3, 28)];
  const drawn = sharp(large).composite([
    ...layers.map((input) => ({ input, blend: 'soft-light' as const })),
    { input: draw(width, height, edges.join('')) },
  ]);
  return sharp(await drawn.png({ compressionLevel: 0 }).toBuffer()).modulate({ saturation: 0.35 });
}

/** A blurred background. */
async function blurred(width: number, height: number, sigma: number): Promise<Sharp> {
  return sharp(await (await scenery(width, height)).png().toBuffer()).blur(sigma);
}

async function head(width: number, height: number): Promise<Sharp> {
  const oval = draw(width, height, `<ellipse cx="50%" cy="50%" rx="48%" ry="49%" fill="white"/>`);
  const skin = await blurred(width, height, 2);
  return sharp(await skin.png().toBuffer())
    .ensureAlpha()
    .composite([{ input: oval, blend: 'dest-in' }]);
}

function draw(width: number, height: number, shapes: string): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes}</svg>`,
  );
}

/** A page of source code in an editor. */
function page(width: number, height: number, lines: number): Sharp {
  const rows = Array.from({ length: lines }, (_, line) => {
    const start = (line * 17) % 40;
    const text = code.slice(start).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    return `<text x="${60 + (line % 4) * 40}" y="${(line + 1) * 40}" font-family="monospace" font-size="26" fill="hsl(${line * 61},60%,75%)">${line + 1} ${text}</text>`;
  });
  return sharp(draw(width, height, `<rect width="100%" height="100%" fill="#1e1e2e"/>${rows.join('')}`));
}

function slide(title: string, index: number): Sharp {
  const bars = Array.from(
    { length: 6 },
    (_, bar) =>
      `<rect x="${260 + bar * 230}" y="${900 - 80 * ((bar * (index + 3)) % 6)}" width="140" height="${20 + 80 * ((bar * (index + 3)) % 6)}" fill="hsl(${200 + index * 40},60%,50%)"/>`,
  );
  const text = `<text x="140" y="220" font-family="sans-serif" font-size="96" fill="#222">${title}</text><text x="140" y="340" font-family="sans-serif" font-size="44" fill="#555">Page ${index + 1}: revenue, costs and what is left of them</text>`;
  return sharp(
    draw(1_920, 1_080, `<rect width="100%" height="100%" fill="#fafafa"/>${text}${bars.join('')}`),
  );
}

function hills(width: number, height: number): Sharp {
  const rows = Array.from({ length: 24 }, (_, index) => {
    const x = index * 150;
    return `<circle cx="${x}" cy="${820 + (index % 3) * 90}" r="${170 + (index % 4) * 40}" fill="hsl(${95 + index * 6},50%,${35 + (index % 5) * 6}%)" stroke="#123" stroke-width="5"/>`;
  });
  return sharp(draw(width, height, `<rect width="100%" height="100%" fill="#9bd3f5"/>${rows.join('')}`));
}

function figure(width: number, height: number): Sharp {
  const line = 'stroke="#222" stroke-width="8"';
  return sharp(
    draw(
      width,
      height,
      `<rect x="90" y="220" width="240" height="380" rx="90" fill="#e4572e" ${line}/><circle cx="210" cy="140" r="120" fill="#ffd9a0" ${line}/><circle cx="170" cy="120" r="16"/><circle cx="250" cy="120" r="16"/><path d="M160 190 q50 40 100 0" fill="none" ${line}/>`,
    ),
  );
}
