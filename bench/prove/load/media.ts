import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureFfmpeg } from '#local';
import { runFfmpeg } from '../../harness/run-ffmpeg.js';
import { photo } from '../../images/photos.js';

/** The kinds of media, by the prefix of their keys. */
export type Kind = 'photo' | 'sound' | 'film' | 'damaged';

export const mimeTypes: Record<Kind, string> = {
  photo: 'image/jpeg',
  sound: 'audio/mp4',
  film: 'video/mp4',
  damaged: 'image/jpeg',
};

/** Template files, from which any number of distinct files are made. */
export type Media = Readonly<Record<Kind, readonly Buffer[]>>;

const photoCount = 8;

/** The default is a film with as little to encode as possible. */
const shortFilm = { seconds: 1, size: '320x240' };

/** Makes the files in `folder`, which is removed afterwards. */
export async function makeMedia(folder: string, { seconds, size } = shortFilm): Promise<Media> {
  const ffmpeg = await ensureFfmpeg();
  if (ffmpeg.missing) throw new Error(`ffmpeg is needed; type: ${ffmpeg.command}`);
  await mkdir(folder);
  const make = async (name: string, words: string) => {
    const file = join(folder, name);
    await runFfmpeg(ffmpeg.ffmpegPath, [words, [file]]);
    return readFile(file);
  };
  const photos: Buffer[] = [];
  for (let index = 0; index < photoCount; index += 1) {
    const picture = await photo(200 + 8 * index, 150);
    photos.push(await picture.jpeg({ quality: 80 }).toBuffer());
  }
  const sound = await make('sound.m4a', '-f lavfi -i sine=frequency=440:duration=1 -c:a aac -b:a 64k');
  const film = await make(
    'film.mp4',
    `-f lavfi -i testsrc2=size=${size}:rate=25:duration=${seconds} -f lavfi -i sine=duration=${seconds} -c:v libx264 -preset ultrafast -b:v 3M -minrate 3M -maxrate 3M -bufsize 1M -x264-params nal-hrd=cbr -pix_fmt yuv420p -c:a aac -shortest`,
  );
  await rm(folder, { recursive: true });
  const damaged = photos.map((bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)));
  return { photo: photos, sound: [sound], film: [film], damaged };
}

/** The bytes of one upload: a template file with a unique note in it. */
export function bytesOf(media: Media, kind: Kind, number: number): Buffer {
  const files = media[kind];
  const file = files[number % files.length];
  if (!file) throw new Error(`there is no ${kind}`);
  const note = Buffer.from(`prove ${kind} ${number}`);
  return mimeTypes[kind] === 'image/jpeg' ? withComment(file, note) : withFreeBox(file, note);
}

/** Adds a comment (COM) segment right after the SOI marker of a JPEG. */
function withComment(file: Buffer, note: Buffer): Buffer {
  const head = Buffer.from([0xff, 0xfe, 0, note.length + 2]);
  return Buffer.concat([file.subarray(0, 2), head, note, file.subarray(2)]);
}

/** Appends a `free` box, which players skip, to an MP4. */
function withFreeBox(file: Buffer, note: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(note.length + 8, 0);
  head.write('free', 4, 'latin1');
  return Buffer.concat([file, head, note]);
}
