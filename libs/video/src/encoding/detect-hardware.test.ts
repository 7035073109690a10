import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeClip } from '../fixtures/clips.fixture.js';
import { detectHardware } from './detect-hardware.js';
import { never, scratchFolder, tools, workOn } from '../fixtures/media.fixture.js';
import { hardwareKinds, type Hardware } from '../ffmpeg/tools.js';
import { hlsOf } from '../streams/streams.fixture.js';
import { transcodeVideo } from '../streams/transcode-video.js';

/** Stands in for ffmpeg on a machine with a chip: notes its arguments, then runs these lines of shell. */
async function standIn(script: string) {
  const folder = await scratchFolder();
  const [path, log] = [join(folder, 'ffmpeg'), join(folder, 'log')];
  await writeFile(path, `#!/bin/sh\nprintf '%s ' "$@" >> ${log}\nprintf '\\n' >> ${log}\n${script}\n`);
  await chmod(path, 0o755);
  return {
    tools: { ...tools, ffmpegPath: path },
    runs: async () => (await readFile(log, 'utf8')).trim().split('\n'),
  };
}

/** Runs the real ffmpeg, with software in place of the chip. */
const inSoftware = `
left=$#
while [ $left -gt 0 ]; do
  argument=$1; shift; left=$((left - 1))
  case "$argument" in
    -init_hw_device | -filter_hw_device | -rc_mode) shift; left=$((left - 1)); continue ;;
    h264_vaapi) argument=libx264 ;;
    *hwupload*) argument=$(printf %s "$argument" | sed s/format=nv12,hwupload/format=yuv420p/g) ;;
  esac
  set -- "$@" "$argument"
done
exec ffmpeg "$@"`;

describe('a machine without a chip says so, and why:', () => {
  test.each(hardwareKinds)('%s', async (kind) => {
    const { kind: found, codecs, refusals } = await detectHardware(tools, kind, never);
    expect({ found, codecs }).toEqual({ found: null, codecs: [] });
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toMatch(new RegExp(`^h264_${kind}: .{10,}`));
  });

  test('any', async () => {
    expect((await detectHardware(tools, 'auto', never)).refusals).toHaveLength(3);
  });

  test('nor one with an ffmpeg', async () => {
    const none = { ...tools, ffmpegPath: '/nowhere/ffmpeg' };
    expect(await detectHardware(none, 'vaapi', never)).toMatchObject({ kind: null });
  });
});

test('the first chip that encodes is taken, with the codecs that it has', async () => {
  const { tools: chip, runs } = await standIn(
    'case "$*" in *_nvenc*) case "$*" in *av1*) exit 1 ;; esac ;; *) exit 1 ;; esac',
  );
  const found = await detectHardware(chip, 'auto', never);
  expect(found).toMatchObject({ kind: 'nvenc', codecs: ['h264', 'hevc'] });
  expect(found.refusals.map((refusal) => refusal.split(':')[0])).toEqual(['h264_vaapi', 'av1_nvenc']);
  expect(await runs()).toHaveLength(4);
});

test('a driver that hangs is given up', async () => {
  const { tools: chip } = await standIn('exec sleep 60');
  const abort = AbortSignal.timeout(300);
  await expect(detectHardware(chip, 'qsv', abort)).rejects.toMatchObject({ name: 'TimeoutError' });
});

describe('a video', () => {
  const transcode = async (ffmpegPath: string, hardware: Hardware) => {
    const clip = await makeClip('320x180', 1);
    const work = await workOn(clip, { tools: { ...tools, ffmpegPath, hardware } });
    const made = await transcodeVideo(work, hlsOf([180, 90]));
    return made.get('stream');
  };
  const chip: Hardware = { kind: 'vaapi', codecs: ['h264'], refusals: [] };

  test('that the chip fails on is encoded by software, and the rendition tells why', async () => {
    const made = await transcode('ffmpeg', chip);
    expect(made).toMatchObject({ encoder: 'libx264', width: 320 });
    expect(made?.details['fallback']).toMatch(/.{10,}/);
  });

  test('is encoded by software where no chip was found, with the reason of the worker', async () => {
    const none = { kind: null, codecs: [], refusals: ['h264_vaapi: no device'] };
    expect(await transcode('ffmpeg', none)).toMatchObject({
      encoder: 'libx264',
      details: { fallback: 'h264_vaapi: no device' },
    });
  });

  test('is encoded by the chip, but for the rungs that are too small for it', async () => {
    const { tools: stand, runs } = await standIn(inSoftware);
    const made = await transcode(stand.ffmpegPath, chip);
    expect(made).toMatchObject({ encoder: 'h264_vaapi', width: 320 });
    expect(made?.details['fallback']).toBeUndefined();
    const [first = ''] = await runs();
    expect(first).toContain('-init_hw_device vaapi=chip:/dev/dri/renderD128 -filter_hw_device chip ');
    expect(first).toMatch(/format=nv12,hwupload\[v0\].*format=yuv420p\[v1\]/);
    expect(first).toMatch(
      /-c:v h264_vaapi .*-g 25 .*180p\/playlist.m3u8 .*-c:v libx264 .*90p\/playlist.m3u8/,
    );
  });
});
