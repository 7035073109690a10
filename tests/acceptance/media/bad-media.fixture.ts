import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';

const run = promisify(execFile);

/** Lets the real ffmpeg make a file in the folder, and reads it. */
export async function make(folder: string, name: string, ...args: string[]): Promise<Buffer> {
  await run(inject('services').ffmpegPath, ['-nostdin', '-v', 'error', '-y', ...args, name], { cwd: folder });
  return readFile(join(folder, name));
}

export const picture = (size: string, seconds: number, rate: number) => [
  '-f',
  'lavfi',
  '-i',
  `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`,
];
export const sound = (seconds: number) => ['-f', 'lavfi', '-i', `sine=duration=${seconds}`];
export const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

/** A clip of two seconds with its index in front. */
export const clip = (folder: string, name = 'clip.mp4', ...more: string[]) =>
  make(folder, name, ...picture('64x64', 2, 25), ...sound(2), ...h264, '-movflags', '+faststart', ...more);

/** One box of an MP4 (ISO/IEC 14496-12, 4.2). */
function box(type: string, ...content: Buffer[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.reduce((sum, part) => sum + part.length, 0));
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...content]);
}

/** The same file with the content of all boxes of this type changed; sizes of what is around them follow. */
export function changeBoxes(file: Buffer, type: string, change: (content: Buffer) => Buffer): Buffer {
  const around = new Set(['moov', 'trak', 'mdia', 'minf', 'dinf', 'stbl']);
  const parts: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const size = file.readUInt32BE(at);
    const name = file.toString('latin1', at + 4, at + 8);
    const content = file.subarray(at + 8, at + size);
    if (name === type) parts.push(box(name, change(content)));
    else
      parts.push(
        around.has(name) ? box(name, changeBoxes(content, type, change)) : file.subarray(at, at + size),
      );
    at += size;
  }
  return Buffer.concat(parts);
}

const words = (...values: number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, 4 * at);
  return bytes;
};

/** The file says that it lasts so many seconds (mvhd and mdhd, version 0), and tracks too (tkhd). */
export function claimSeconds(file: Buffer, seconds: number): Buffer {
  const set = (place: number, scalePlace: number) => (content: Buffer) => {
    const copy = Buffer.from(content);
    copy.writeUInt32BE(
      Math.min(2 ** 32 - 1, seconds * (scalePlace > 0 ? copy.readUInt32BE(scalePlace) : 1_000)),
      place,
    );
    return copy;
  };
  const media = changeBoxes(changeBoxes(file, 'mvhd', set(16, 12)), 'mdhd', set(16, 12));
  return changeBoxes(media, 'tkhd', set(20, 0));
}

/** Every track says that it has so many samples of one byte each: an index that is small as a file, huge when it is read. */
export function claimSamples(file: Buffer, count: number): Buffer {
  const tables: [string, Buffer][] = [
    ['stts', words(0, 1, count, 1)],
    ['stsz', words(0, 1, count)],
    ['stsc', words(0, 1, 1, count, 1)],
  ];
  return tables.reduce((changed, [type, table]) => changeBoxes(changed, type, () => table), file);
}

/** Every track has an index of so many entries that are really there. */
export function fillTimes(file: Buffer, entries: number): Buffer {
  const table = Buffer.alloc(8 + 8 * entries, words(1, 1));
  table.set(words(0, entries));
  return changeBoxes(file, 'stts', () => table);
}

/** The media of every track lie in another file (data reference box, QuickTime's alias and ISO's URL). */
export function referTo(file: Buffer, path: string): Buffer {
  const entry = box('url ', words(0), Buffer.from(`file://${path}\0`));
  return changeBoxes(file, 'dref', () => Buffer.concat([words(0, 1), entry]));
}

/** QuickTime's alias record: the path is its part of type 18. */
export function aliasTo(file: Buffer, path: string): Buffer {
  const part = (type: number, text: string) => {
    const bytes = Buffer.alloc(4 + text.length + (text.length % 2));
    bytes.writeInt16BE(type, 0);
    bytes.writeInt16BE(text.length, 2);
    bytes.write(text, 4, 'latin1');
    return bytes;
  };
  const fixed = Buffer.alloc(150 - 4);
  fixed.set(words(0, 150), 0);
  const end = Buffer.from('ffff0000', 'hex');
  const entry = box(
    'alis',
    words(0),
    fixed,
    part(2, path.slice(1).replaceAll('/', ':')),
    part(18, path),
    end,
  );
  return changeBoxes(file, 'dref', () => Buffer.concat([words(0, 1), entry]));
}

/** Scripts that make ffmpeg open other files, for a file and a URL. */
export function scripts(path: string, url: string): Record<string, string> {
  return {
    m3u8: `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n${url}\n#EXTINF:9,\nfile://${path}\n#EXT-X-ENDLIST\n`,
    ffconcat: `ffconcat version 1.0\nfile '${path}'\nfile '${url}'\n`,
    concat: `file '${path}'\nfile '${url}'\n`,
    mpd: `<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><BaseURL>${url}</BaseURL></MPD>`,
    sdp: `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video ${new URL(url).port} RTP/AVP 96\n`,
    ismv: `<smil><body><video src="${url}"/></body></smil>`,
  };
}

/**
 * A stand-in for ffmpeg that misbehaves when it is asked to encode a clip made with `misbehaving`, each in its way, and
 * otherwise is the real one. What it is told, by arguments and environment, goes into the file `words` of the folder.
 * @param ways shell scripts by name; `$real` is the real ffmpeg
 */
export async function standIn(folder: string, ways: Record<string, string>): Promise<string> {
  const file = join(folder, 'ffmpeg');
  const cases = Object.entries(ways).map(([name, script]) => `way:${name}) ${script} ;;`);
  const script = `#!/bin/sh
real=${inject('services').ffmpegPath}
echo "$@" >> ${join(folder, 'words')}
env >> ${join(folder, 'words')}
way=none
for word in "$@"; do
  case "$word" in file:*/original) way=$(grep -aom1 'way:[a-z]*' "\${word#file:}") ;; esac
done
case "$way" in
${cases.join('\n')}
esac
exec "$real" "$@"
`;
  await writeFile(file, script, { mode: 0o755 });
  return file;
}

/** A good clip that the stand-in encodes in this way. */
export const misbehaving = (folder: string, way: string) =>
  clip(folder, `${way}.mp4`, '-metadata', `comment=way:${way}`);
