import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, ossClient, type Stack } from '#testing';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  aliasTo,
  changeBoxes,
  claimSamples,
  claimSeconds,
  clip,
  fillTimes,
  h264,
  make,
  misbehaving,
  picture,
  referTo,
  scripts,
  sound,
  standIn,
} from './bad-media.fixture.js';
import { putObject, putToEnd, startPipelines } from '../fixtures/uploads.fixture.js';

const run = promisify(execFile);

const pipelines = `
version: 1
pipelines:
  - name: videos
    match: { kind: video }
    renditions:
      - { name: poster, kind: poster, width: 64 }
      - { name: stream, kind: hls, heights: [64], segmentSeconds: 1 }
      - { name: download, kind: mp4, height: 64 }
`;

let stack: Stack;
let folder: string;
let good: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-bad-media-'));
  good = await clip(folder);
  stack = await startPipelines('postgres', pipelines);
  await stack.worker.end();
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

type Files = Record<string, Buffer>;

/** Puts all of them at once and tells what became of each. Nothing but a poster is published of one that failed. */
async function putAll(files: Files): Promise<Record<string, string>> {
  const ends = Object.entries(files).map(async ([name, content]) => {
    const id = await putObject(stack, name, content);
    const { status, error } = await stack.waitFor(id, 'ready', 'failed', 'ignored');
    const names = (await published(id)).filter((one) => one !== 'poster');
    expect(names).toEqual(status === 'ready' ? ['download', 'stream'] : []);
    return [name, error ? error.code : status] as const;
  });
  return Object.fromEntries(await Promise.all(ends));
}

/** The names of renditions of an upload whose objects lie in the bucket. */
async function published(id: string): Promise<string[]> {
  const { objects = [] } = await ossClient(stack).listV2({ prefix: `renditions/${id}/`, 'max-keys': '100' });
  const names = objects.map(({ name }) => name.split('/')[2]?.split('-')[0] ?? name);
  return [...new Set(names)].sort();
}

/** Processes that a worker has started, and files in its scratch space. */
async function leftovers({ pid }: Stack['worker'], scratch: string): Promise<string[]> {
  const { stdout } = await run('ps', ['-e', '-o', 'ppid=,stat=,args=']);
  const processes = stdout
    .split('\n')
    .filter((line) => line.trim().startsWith(`${pid} `) || line.includes(scratch))
    .filter((line) => !/^\s*\d+ Z/.test(line));
  // A folder that goes while it is read fails the reading: something was there.
  const files = await readdir(scratch, { recursive: true }).catch(() => ['a/folder']);
  return [...processes, ...files.filter((name) => name.includes('/'))];
}

/** An upload is ready a moment before its job has cleared up. */
const waitUntilClear = (worker: Stack['worker'], scratch: string) =>
  eventually(async () => (await leftovers(worker, scratch)).length === 0 || undefined);

/** A worker for the tests of one block, that has left nothing behind after each, and does the next job. */
function useWorker(env: () => Promise<Record<string, string>>): void {
  let worker: Stack['worker'];
  let scratch: string;
  beforeAll(async () => {
    const own = await env();
    scratch = own['MEDIA_SCRATCH_DIR'] ?? stack.env['MEDIA_SCRATCH_DIR'] ?? '';
    worker = await stack.startWorker(own);
  });
  afterAll(() => worker.end());
  afterEach(async () => {
    await waitUntilClear(worker, scratch);
    const next = await putToEnd(stack, `next-${crypto.randomUUID()}.mp4`, good);
    expect(next.status).toBe('ready');
  });
}

describe('files', () => {
  useWorker(async () => ({ VIDEO_MEMORY_MAX_BYTES: '2147483648', WORKER_TRANSCODE_CONCURRENCY: '2' }));

  test('truncated at every tenth', async () => {
    const mkv = await clip(folder, 'clip.mkv');
    const files: Files = {};
    for (let tenth = 1; tenth < 10; tenth += 1) {
      files[`film-${tenth}.mp4`] = good.subarray(0, (good.length * tenth) / 10);
      files[`film-${tenth}.mkv`] = mkv.subarray(0, (mkv.length * tenth) / 10);
    }
    const ends = await putAll(files);
    expect(ends).toEqual(Object.fromEntries(Object.keys(files).map((name) => [name, 'media.damaged'])));
  });

  test('odd, but media', async () => {
    const film = (name: string, ...args: string[]) => make(folder, name, ...args);
    const small = [...picture('64x64', 1, 25), ...h264];
    const once25 = await film('once.ts', ...picture('64x64', 1, 25), ...sound(1), ...h264);
    const sounds = Array.from({ length: 59 }, () => ['-map', '1']).flat();
    const attachment = ['-attach', join(folder, 'clip.mp4'), '-metadata:s:t', 'mimetype=video/mp4'];
    const lossless = ['-vf', 'scale=1:1,format=gbrp', '-c:v', 'ffv1'];
    const files: Files = {
      'one-pixel.mkv': await film('pixel.mkv', ...picture('64x64', 1, 25), ...lossless),
      'wide.mp4': await film('wide.mp4', ...picture('16384x16', 0.2, 25), ...h264),
      'thousand-frames.mp4': await film('fast.mp4', ...picture('64x64', 0.5, 1000), ...h264),
      'one-key-frame.mp4': await film('key.mp4', ...small, '-g', '9999', '-sc_threshold', '0'),
      'goes-back.ts': Buffer.concat([once25, once25]),
      'sixty-streams.mkv': await film(
        'many.mkv',
        ...picture('64x64', 1, 25),
        ...sound(1),
        '-map',
        '0',
        ...sounds,
        ...h264,
      ),
      'attachment.mkv': await film('attached.mkv', ...small, ...attachment),
      'says-zero.mp4': claimSeconds(good, 0),
      'many-times.mp4': fillTimes(await film('late.mov', ...small), 500_000),
      // ffmpeg takes the media from the file itself, whatever that says.
      'elsewhere.mov': referTo(await film('late.mov', ...small), '/etc/passwd'),
    };
    expect(await putAll(files)).toEqual(
      Object.fromEntries(Object.keys(files).map((name) => [name, 'ready'])),
    );
  });

  test('hostile', async () => {
    const silent = await make(folder, 'silent.mov', ...picture('64x64', 1, 25), ...h264);
    const none = ['-frames:v', '0', '-movflags', 'empty_moov'];
    const rename = (stsd: Buffer) => Buffer.from(stsd.toString('latin1').replace('avc1', 'zzzz'), 'latin1');
    const ends = await putAll({
      'no-index.mp4': changeBoxes(good, 'moov', (moov) => Buffer.alloc(moov.length)),
      'index-gone.mov': silent.subarray(0, silent.indexOf('moov') - 4),
      'no-frames.mp4': await make(folder, 'none.mp4', ...picture('64x64', 1, 25), ...h264, ...none),
      'unknown-codec.mp4': changeBoxes(silent, 'stsd', rename),
      'years.mp4': claimSeconds(good, 4_000_000),
      'samples.mp4': claimSamples(silent, 400_000_000),
      'alias.mov': aliasTo(silent, '/etc/passwd'),
    });
    expect(ends).toEqual({
      'no-index.mp4': 'media.no_stream',
      'index-gone.mov': 'media.damaged',
      'no-frames.mp4': 'media.damaged',
      'unknown-codec.mp4': 'media.unsupported',
      // Its tracks say better.
      'years.mp4': 'ready',
      'samples.mp4': 'media.damaged',
      'alias.mov': 'media.damaged',
    });
  });

  test('scripts open nothing', async () => {
    let requests = 0;
    const canary = createServer((_, response) => response.end(String((requests += 1))));
    canary.listen(0, '127.0.0.1');
    onTestFinished(() => void canary.close());
    await once(canary, 'listening');
    const url = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/secret.ts`;
    const disguised = Object.entries(scripts('/etc/passwd', url)).map(
      ([name, text]) => [`${name}.mp4`, Buffer.from(text)] as const,
    );
    const ends = await putAll(Object.fromEntries(disguised));
    expect(new Set(Object.values(ends))).toEqual(new Set(['media.type_mismatch']));
    expect(requests).toBe(0);
  });
});

describe('encoders', () => {
  const hungry = '-v error -f lavfi -i color=size=16384x8192 -c:v libx264 -f null -';
  const ways = {
    hangs: 'exec sleep 1000',
    stays: `trap '' TERM; sleep 1000; sleep 1000`,
    writes: 'exec cat /dev/zero > endless',
    piles:
      'while :; do : > "$(mktemp pile.XXXXXXXX)"; head -c 900000 /dev/zero > "$(mktemp pile.XXXXXXXX)"; done',
    eats: `exec "$real" ${hungry}`,
    forks: 'for i in 1 2 3 4 5; do sleep 1000 & sleep 1000 >/dev/null 2>&1 & done; exit 1',
    crashes: 'ulimit -c 0; kill -SEGV $$',
    talks: 'while :; do echo words; done >&2',
    killed: 'if mkdir "$0.killed" 2>/dev/null; then "$real" "$@" & kill -9 $! $$; fi',
  };
  const withStandIn = async () => ({
    FFMPEG_PATH: await standIn(folder, ways),
    VIDEO_MEMORY_MAX_BYTES: '1073741824',
    MEDIA_SCRATCH_MAX_BYTES: '30000000',
    WORKER_TRANSCODE_CONCURRENCY: '4',
  });

  /** What becomes of videos whose encoders misbehave in these ways. */
  async function endsOf(names: string[]): Promise<Record<string, string>> {
    const files = await Promise.all(names.map(async (way) => [way, await misbehaving(folder, way)] as const));
    return putAll(Object.fromEntries(files));
  }

  describe('with time enough', () => {
    useWorker(withStandIn);

    test('that misbehave end alone', async () => {
      const wanted = {
        writes: 'media.output_too_large',
        piles: 'media.output_too_large',
        eats: 'media.too_complex',
        forks: 'media.encoder_failed',
        crashes: 'media.encoder_failed',
        killed: 'ready',
      };
      expect(await endsOf(Object.keys(wanted))).toEqual(wanted);
    });
  });

  describe('with ten seconds', () => {
    useWorker(async () => ({ ...(await withStandIn()), VIDEO_TIMEOUT_MS: '10000' }));

    test('that would never end are ended', async () => {
      const ends = await endsOf(['hangs', 'stays', 'talks']);
      expect(Object.values(ends)).toEqual(Array.from({ length: 3 }, () => 'media.timed_out'));
    });
  });

  test('are told neither secret nor signature, and nothing of the store', async () => {
    const words = await readFile(join(folder, 'words'), 'utf8');
    expect(words).toMatch(/http:\/\/127\.0\.0\.1:\d+\/[\da-f]{32} /);
    expect(words).not.toContain(stack.env['OSS_ACCESS_KEY_SECRET']);
    expect(words).not.toContain(new URL(stack.emulator.url).port);
    expect(words).not.toMatch(/signature|OSS_|DATABASE_URL|postgres:/i);
  });
});

describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
  'a full disk (as root on Linux)',
  () => {
    const diskBytes = 2_097_152;
    const disk = () => join(folder, 'disk');
    let worker: Stack['worker'];
    beforeAll(async () => {
      await mkdir(disk());
      await run('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', disk()]);
      worker = await stack.startWorker({ MEDIA_SCRATCH_DIR: join(disk(), 'scratch') });
    });
    afterAll(async () => {
      await worker.end();
      await run('umount', [disk()]);
    });

    test('is waited for, and then the job is done', async () => {
      const filler = join(disk(), 'filler');
      await writeFile(filler, Buffer.alloc(diskBytes - 8_192));
      const ended = putToEnd(stack, 'film.mp4', good);
      await eventually(async () => worker.output().includes('media.scratch_full') || undefined, 60_000);
      await rm(filler);
      expect((await ended).status).toBe('ready');
      await waitUntilClear(worker, join(disk(), 'scratch'));
    });
  },
);
