import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ffmpeg } from '../fixtures/clips.fixture.js';
import { options } from '../ffmpeg/command-line.js';
import { scratchFolder, workOn } from '../fixtures/media.fixture.js';
import { makePoster } from '../stills/make-poster.js';

/** docs/colours.md, checked by pixels: how a red (220, 30, 30) is shown, however it was coded and told. */
const red = [220, 30, 30];

/** Filters that bring RGB into a matrix and range; what the file then tells. */
const into = (matrix: string, range: 'tv' | 'pc' = 'tv') =>
  `scale=out_color_matrix=${matrix}:out_range=${range}`;
const tell = (color_primaries: string, color_trc: string, colorspace: string, color_range = 'tv') =>
  options({ color_primaries, color_trc, colorspace, color_range });
const bt709 = tell('bt709', 'bt709', 'bt709');
const bt601 = tell('smpte170m', 'smpte170m', 'smpte170m');
const bare = ['-bsf:v', 'h264_metadata=colour_primaries=2:transfer_characteristics=2:matrix_coefficients=2'];
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '1'];

test.each<[string, string, string, string, string[]]>([
  ['HD in BT.709', '1280x720', into('bt709'), 'yuv420p', [...x264, ...bt709]],
  ['HD that tells nothing', '1280x720', into('bt709'), 'yuv420p', [...x264, ...bare]],
  ['SD that tells nothing', '720x480', into('bt601'), 'yuv420p', [...x264, ...bare]],
  ['PAL that tells nothing', '720x576', into('bt601'), 'yuv420p', [...x264, ...bare]],
  ['SD in BT.601', '720x480', into('bt601'), 'yuv420p', [...x264, ...bt601]],
  ['SD in BT.709', '720x480', into('bt709'), 'yuv420p', [...x264, ...bt709]],
  [
    'full range',
    '1280x720',
    into('bt709', 'pc'),
    'yuvj420p',
    [...x264, ...tell('bt709', 'bt709', 'bt709', 'pc')],
  ],
  ['4:2:2 of ten bits', '1280x720', into('bt709'), 'yuv422p10le', [...x264, ...bt709]],
  ['4:4:4', '1280x720', into('bt709'), 'yuv444p', [...x264, ...bt709]],
  ['RGB', '1280x720', 'null', 'gbrp', ['-c:v', 'libx264rgb', '-preset', 'ultrafast', '-crf', '0']],
  ['RGB without loss', '320x180', 'null', 'bgr0', ['-c:v', 'ffv1']],
  ['ProRes', '1280x720', into('bt709'), 'yuv422p10le', ['-c:v', 'prores_ks', ...bt709]],
  ['VP9', '1280x720', into('bt709'), 'yuv420p', ['-c:v', 'libvpx-vp9', '-crf', '4', '-b:v', '0', ...bt709]],
  ['Motion JPEG', '320x180', into('bt601', 'pc'), 'yuvj420p', ['-c:v', 'mjpeg', '-q:v', '1']],
])('%s', async (...[, size, filters, format, options]) => {
  const folder = await scratchFolder();
  const [file, out] = [join(folder, 'clip.mkv'), join(folder, 'poster')];
  const source = ['-f', 'lavfi', '-i', `color=0xdc1e1e:s=${size}:d=0.4:r=10,format=rgb24`];
  await ffmpeg(...source, '-vf', filters, '-pix_fmt', format, ...options, file);
  const spec = { name: 'poster', width: 160, format: 'jpeg', quality: 100 } as const;
  await makePoster(await workOn(file, { outDir: folder }), spec);
  const raw = join(folder, 'raw');
  await ffmpeg('-i', out, '-vf', 'scale=1:1:flags=area', '-f', 'rawvideo', '-pix_fmt', 'rgb24', raw);
  const found = [...(await readFile(raw))];
  expect(Math.max(...red.map((value, at) => Math.abs(value - (found[at] ?? 0))))).toBeLessThanOrEqual(6);
});
