import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, inject, test } from 'vitest';
import { apart, colourAt, renditionOf, useHouse } from '../fixtures/cases.fixture.js';

/** Videos and sounds that came out wrong once, with their right values. */
const run = promisify(execFile);

const pipelines = `
version: 1
pipelines:
  - name: bright
    match: { kind: video, prefix: bright/ }
    renditions: [{ name: stream, kind: hls, codec: hevc, hdr: keep, dash: true, heights: [720, 90] }]
  - name: films
    match: { kind: video }
    renditions:
      - { name: poster, kind: poster, width: 320 }
      - { name: stream, kind: hls }
  - name: sounds
    match: { kind: audio }
    renditions: [{ name: sound, kind: audio }]
`;
const { land, pathOf } = useHouse(pipelines);

describe('tracks', () => {
  test('a subtitle that goes on long after the picture makes the stream no longer', async () => {
    const upload = await land('v05-longsub.mkv');
    expect(upload).toMatchObject({ status: 'ready', metadata: { durationMs: 3_029 } });
    const { durationMs } = renditionOf(upload, 'stream');
    expect(durationMs).toBeGreaterThanOrEqual(3_000);
    expect(durationMs).toBeLessThanOrEqual(3_100);
  });

  test('a motion photo is the track that moves, not its still', async () => {
    const upload = await land('v29b-pixel.mp4');
    expect(upload).toMatchObject({
      status: 'ready',
      metadata: { video: { streamIndex: 0, width: 320, height: 180 } },
    });
    expect(renditionOf(upload, 'stream').durationMs).toBeGreaterThanOrEqual(2_960);
    const [red = 0, green = 255, blue = 255] = await colourAt(upload, 'poster', 0.5, 0.5);
    expect([red > 200, green < 60, blue < 60]).toEqual([true, true, true]);
  });

  test('sound in a codec that has a name and no decoder gives way to sound that can be decoded', async () => {
    expect(await land('v14-mhm1-1st.mp4')).toMatchObject({
      status: 'ready',
      metadata: { audio: { streamIndex: 2, codec: 'aac' } },
    });
  });

  test.each([9, 10, 12, 32])(
    'of %s channels that stand nowhere all are heard, in stereo',
    async (channels) => {
      const file = pathOf(`${channels}.wav`);
      const each = Array.from({ length: channels }, (_, at) => `0.1*sin(2*PI*${200 + 50 * at}*t)`).join('|');
      const source = ['-f', 'lavfi', '-i', `aevalsrc=${each}:d=2:s=48000`];
      await run(inject('services').ffmpegPath, ['-v', 'error', ...source, '-c:a', 'pcm_s16le', file]);
      const upload = await land(`${channels}.wav`, await readFile(file));
      expect(upload).toMatchObject({
        status: 'ready',
        metadata: { audio: { channels, channelLayout: null } },
        renditions: [{ name: 'sound', durationMs: 2_000, details: { channels: 2 } }],
      });
      const { details } = renditionOf(upload, 'sound') as unknown as {
        details: { loudness: { integratedLufs: number } };
      };
      expect(details.loudness.integratedLufs).toBeGreaterThan(-40);
    },
  );
});

test('closed captions become subtitles that are text', async () => {
  const upload = await land('v25-c608.mov');
  const { details, url } = renditionOf(upload, 'stream');
  expect(details).toMatchObject({ subtitles: [{ name: 'Subtitles' }] });
  expect(details).not.toHaveProperty('subtitlesLeftOut');
  const [, subtitles = ''] =
    /TYPE=SUBTITLES.*URI="([^"]+)"/.exec(await (await fetch(url ?? '')).text()) ?? [];
  const playlist = await (await fetch(new URL(subtitles, url ?? ''))).text();
  const cues = playlist.split('\n').find((line) => line.includes('.vtt')) ?? '';
  expect(await (await fetch(cues)).text()).toContain('00:00.330 --> 00:00.830\nHello\n');
});

test('a recording of a browser is told its length once it was encoded', async () => {
  const file = pathOf('recording.webm');
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25:d=3', '-c:v', 'libvpx', '-f', 'webm'];
  // What is written to a pipe cannot be completed at its beginning.
  await run('sh', [
    '-c',
    `"$0" "$@" -live 1 pipe:1 > ${file}`,
    inject('services').ffmpegPath,
    '-v',
    'error',
    ...source,
  ]);
  const upload = await land('recording.webm', await readFile(file));
  expect(upload).toMatchObject({ status: 'ready', metadata: { kind: 'video', durationMs: 3_000 } });
});

test('HDR that is to be kept is in rungs of its own, beside SDR', async () => {
  const bytes = await readFile(new URL('../fixtures/cases/v12-pq-none.mp4', import.meta.url));
  const upload = await land('bright/pq.mp4', bytes);
  const stream = renditionOf(upload, 'stream');
  expect(stream.details).toMatchObject({
    rungs: [
      { height: 180, codec: expect.stringMatching(/^hvc1[.]1[.]/) },
      { height: 90 },
      { height: 180, codec: expect.stringMatching(/^hvc1[.]2[.]/), videoRange: 'PQ' },
      { height: 90, videoRange: 'PQ' },
    ],
  });
  const master = await (await fetch(stream.url ?? '')).text();
  expect(master.match(/VIDEO-RANGE=\w+/g)).toEqual([
    'VIDEO-RANGE=SDR',
    'VIDEO-RANGE=SDR',
    'VIDEO-RANGE=PQ',
    'VIDEO-RANGE=PQ',
  ]);
  expect(await (await fetch(stream.dashUrl ?? '')).text()).toContain('TransferCharacteristics" value="16"');

  const listed = master.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const rungs = ['/180p', '/180p-hdr'].map((folder) =>
    listed.find((line) => new URL(line, stream.url ?? '').pathname.includes(`${folder}/`)),
  );
  const reported = await Promise.all(
    rungs.map(async (url = '') => {
      const entries = 'stream=pix_fmt,color_transfer,color_primaries,color_space';
      const ask = ['-v', 'error', '-show_entries', entries, '-of', 'csv=p=0'];
      const { href } = new URL(url, stream.url ?? '');
      const { stdout } = await run(inject('services').ffprobePath, [...ask, href]);
      return stdout.trim().split('\n')[0];
    }),
  );
  expect(reported).toEqual(['yuv420p,bt709,bt709,bt709', 'yuv420p10le,bt2020nc,smpte2084,bt2020']);
});

describe('what only frames tell', () => {
  test('a picture that its frames turn is shown as they say', async () => {
    const upload = await land('v01-sei90.mp4');
    expect(upload).toMatchObject({
      status: 'ready',
      metadata: { video: { width: 180, height: 320, rotation: 270 } },
    });
    expect(renditionOf(upload, 'poster')).toMatchObject({ width: 180, height: 320 });
    expect(renditionOf(upload, 'stream').details).toMatchObject({ rungs: [{ width: 180, height: 320 }] });
    expect(apart(await colourAt(upload, 'poster', 0.2, 0.2), [0, 255, 0])).toBeLessThanOrEqual(8);
    expect(apart(await colourAt(upload, 'poster', 0.8, 0.2), [0, 0, 255])).toBeLessThanOrEqual(8);
  });

  // Orientation 5 to 8 of EXIF: mirrored and turned by 270, turned by 90, mirrored and turned by 90, turned by 270.
  test.each([
    [1, [30, 30, 220], [30, 30, 220]],
    [2, [220, 30, 30], [220, 30, 30]],
    [3, [220, 30, 30], [220, 30, 30]],
    [4, [30, 30, 220], [30, 30, 220]],
    [5, [30, 30, 220], [220, 30, 30]],
    [6, [30, 30, 220], [220, 30, 30]],
    [7, [220, 30, 30], [30, 30, 220]],
    [8, [220, 30, 30], [30, 30, 220]],
  ])('Motion JPEG of orientation %s', async (orientation, topLeft, bottomLeft) => {
    const half = { width: 160, height: 180, channels: 3 as const };
    const frame = await sharp({ create: { ...half, width: 320, background: '#dc1e1e' } })
      .composite([{ input: { create: { ...half, background: '#1e1edc' } }, left: 0, top: 0 }])
      .withMetadata({ orientation })
      .jpeg()
      .toBuffer();
    const [frames, file] = [pathOf(`${orientation}.mjpeg`), pathOf(`${orientation}.mov`)];
    await writeFile(frames, Buffer.concat(Array.from({ length: 10 }, () => frame)));
    const copy = ['-f', 'mjpeg', '-r', '10', '-i', frames, '-c', 'copy', file];
    await run(inject('services').ffmpegPath, ['-v', 'error', '-y', ...copy]);
    const upload = await land(`${orientation}.mov`, await readFile(file));
    const [width, height] = orientation > 4 ? [180, 320] : [320, 180];
    expect(renditionOf(upload, 'poster')).toMatchObject({ width, height });
    expect(apart(await colourAt(upload, 'poster', 0.2, 0.2), topLeft)).toBeLessThanOrEqual(12);
    expect(apart(await colourAt(upload, 'poster', 0.2, 0.8), bottomLeft)).toBeLessThanOrEqual(12);
  });

  test('an HDR picture whose peak cannot be is as bright as one that tells none', async () => {
    const green = [2, 16, 36, 68, 107, 153, 201, 241, 255];
    for (const name of ['v12-pq-none.mp4', 'v12-pq-peak0005.mp4']) {
      const upload = await land(name);
      for (const [at, wanted] of green.entries()) {
        const [, found] = await colourAt(upload, 'poster', at / 10, 0.5);
        expect(apart([found ?? 0], [wanted])).toBeLessThanOrEqual(3);
      }
    }
  });
});

test('a stream has the frames of its source when their size changes in the middle', async () => {
  const upload = await land('v31-changes.mkv');
  expect(upload).toMatchObject({ status: 'ready' });
  const count = ['-v', 'error', '-count_packets', '-select_streams', 'v:0'];
  const tell = ['-show_entries', 'stream=nb_read_packets', '-of', 'default=nw=1:nk=1'];
  const { url } = renditionOf(upload, 'stream');
  const { stdout } = await run(inject('services').ffprobePath, [...count, ...tell, url ?? '']);
  expect(stdout.trim().split('\n').at(0)).toBe('250');
  expect(renditionOf(upload, 'stream').durationMs).toBeLessThan(10_100);
});

describe('colours and times of a video', () => {
  test('HD that does not tell its colours is shown as HD that does, and every rung tells them', async () => {
    const [reported, unreported] = [await land('v11-tagged-hd.mp4'), await land('v11-untagged-hd.mp4')];
    expect(unreported).toMatchObject({ status: 'ready', metadata: { video: { colours: { matrix: null } } } });
    const wanted = await colourAt(reported, 'poster', 0.5, 0.5);
    expect(apart(await colourAt(unreported, 'poster', 0.5, 0.5), wanted)).toBeLessThanOrEqual(4);
    const { url } = renditionOf(unreported, 'stream');
    const entries = ['-show_entries', 'stream=color_space,color_primaries,color_transfer'];
    const { stdout } = await run(inject('services').ffprobePath, [
      '-v',
      'error',
      ...entries,
      '-of',
      'csv=p=0',
      url ?? '',
    ]);
    const rungs = stdout
      .trim()
      .split('\n')
      .filter((line) => line.includes('bt'));
    expect(new Set(rungs)).toEqual(new Set(['bt709,bt709,bt709']));
    expect(rungs.length).toBeGreaterThan(1);
  });

  test('SDR with the primaries of BT.2020 is as red as it was meant', async () => {
    const upload = await land('v30-bt2020sdr.mp4');
    expect(apart(await colourAt(upload, 'poster', 0.5, 0.5), [254, 0, 0])).toBeLessThanOrEqual(6);
  });

  test('a picture that begins long after the sound has its first frame as poster', async () => {
    const upload = await land('v04-late12.mp4');
    expect(upload).toMatchObject({ status: 'ready' });
    expect(renditionOf(upload, 'poster')).toMatchObject({ width: 320, height: 180 });
  });
});

describe('bytes whose type does not show', () => {
  test.each(['v22-id3junk.mp3', 'v21-pnot.mov'])('%s is asked of who would play it', async (name) => {
    expect(await land(name)).toMatchObject({ status: 'ready' });
  });

  test('a wave file of 64 bits and a transport stream that begins in the middle are processed', async () => {
    const [wide, stream] = [pathOf('wide.wav'), pathOf('stream.ts')];
    const { ffmpegPath } = inject('services');
    const sound = ['-f', 'lavfi', '-i', 'sine=d=1'];
    await run(ffmpegPath, ['-v', 'error', ...sound, '-rf64', 'always', wide]);
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:d=1', '-c:v', 'libx264', '-bf', '0'];
    await run(ffmpegPath, ['-v', 'error', ...picture, stream]);
    expect((await readFile(wide)).toString('latin1', 0, 4)).toBe('RF64');
    expect(await land('wide.wav', await readFile(wide))).toMatchObject({ status: 'ready', kind: 'audio' });
    const unaligned = Buffer.concat([Buffer.alloc(101, 0x55), await readFile(stream)]);
    expect(await land('stream.ts', unaligned)).toMatchObject({ status: 'ready', kind: 'video' });
  });

  test('what is media and has no picture that can be decoded is damaged, and not of another type', async () => {
    const bytes = await readFile(new URL('../fixtures/cases/v21-pnot.mov', import.meta.url));
    const at = bytes.indexOf('mdat');
    bytes.fill(0, at + 4, at - 4 + bytes.readUInt32BE(at - 4));
    expect(await land('v21-blank.mov', bytes)).toMatchObject({
      status: 'failed',
      kind: 'video',
      error: { code: 'media.damaged' },
    });
  });

  test.each(['mp3', 'mp4'])('junk that claims to be %s is refused as what it is not', async (ending) => {
    const junk = Buffer.alloc(50_000, 'neither sound nor picture ');
    expect(await land(`junk.${ending}`, junk)).toMatchObject({
      status: 'failed',
      error: { code: 'media.type_mismatch' },
    });
  });
});
