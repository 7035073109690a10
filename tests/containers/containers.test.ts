import { Landfall } from '#client';
import { ensureFfmpeg } from '#local';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { openProject, type Project } from './compose.fixture.js';
import { buildImage, findEngine, provideBases, runEngine } from './engine.fixture.js';

const run = promisify(execFile);
const found = findEngine();
const engine = 'missing' in found ? undefined : found;
const own = ['landfall', 'landfall-worker'];

describe.skipIf(!engine)(`images and compose${'missing' in found ? ` (${found.missing})` : ''}`, () => {
  if (!engine) return;
  let project: Project;
  let landfall: Landfall;
  beforeAll(async () => {
    const text = (await readFile('docker-compose.yml', 'utf8')) + (await readFile('Dockerfile', 'utf8'));
    const bases = [...text.matchAll(/docker\.io\/[\w./:-]+/g)].map(([image]) => image);
    await provideBases(engine, [...new Set(bases)]);
    for (const image of own) await buildImage(engine, image);
    project = await openProject(engine);
    landfall = new Landfall({ baseUrl: project.apiUrl, apiKey: project.apiKey });
    await project.compose('up', '--detach', '--wait', '--no-build');
    return () => project[Symbol.asyncDispose]();
  }, 2_400_000);

  /** Uploads from the host as a client would: a ticket, and a PUT to its URL. */
  const upload = async (key: string, body: Buffer, contentType: string): Promise<string> => {
    const { put } = await landfall.tickets.issue({ key, contentTypes: [contentType], overwrite: true });
    const answer = await fetch(put.url, {
      method: put.method,
      headers: { ...put.headers, 'content-type': contentType },
      body: Uint8Array.from(body),
    });
    const said = (await answer.json()) as { id: string };
    expect({ status: answer.status, said }).toMatchObject({ status: 200, said: { Status: 'OK' } });
    return said.id;
  };
  const picture = (shade: number) =>
    sharp({ create: { width: 640, height: 480, channels: 3, background: { r: shade, g: 80, b: 40 } } })
      .jpeg()
      .toBuffer();

  test('the image of the api has no ffmpeg, and none has a compiler, a package manager of ours or root', async () => {
    const look = (image: string, script: string) =>
      runEngine(engine, 'run', '--rm', '--entrypoint', 'node', image, '--print', script);
    const has = (path: string) => `require('node:fs').existsSync('${path}')`;
    for (const image of own) {
      expect(await look(image, 'process.getuid()')).toBe('1000');
      expect(await look(image, has('/app/node_modules/typescript'))).toBe('false');
      expect(
        await look(image, `JSON.parse(require('node:fs').readFileSync('/app/sbom.cdx.json')).bomFormat`),
      ).toBe('CycloneDX');
      expect(JSON.parse(await runEngine(engine, 'image', 'inspect', image))[0].Config.Labels).toMatchObject({
        'org.opencontainers.image.licenses': 'Apache-2.0',
      });
    }
    expect(await look('landfall', has('/usr/bin/ffmpeg'))).toBe('false');
    const ffmpeg = await runEngine(
      engine,
      'run',
      '--rm',
      '--entrypoint',
      'ffmpeg',
      'landfall-worker',
      '-version',
    );
    expect(ffmpeg).toContain('--enable-libx264');
  });

  test('a picture and a video uploaded from the host become renditions that the host can fetch', async () => {
    const photo = await upload('photos/red.jpg', await picture(200), 'image/jpeg');
    const film = await upload('films/short.mp4', await makeFilm(), 'video/mp4');
    for (const id of [photo, film]) {
      const { renditions, status } = await landfall.uploads.waitUntilReady(id, { timeoutMs: 240_000 });
      expect(status).toBe('ready');
      const urls = renditions.flatMap(({ url }) => (url ? [url] : []));
      expect(urls).not.toEqual([]);
      for (const url of urls)
        expect({ url, status: (await fetch(url)).status }).toEqual({ url, status: 200 });
    }
    const { renditions } = await landfall.uploads.get(photo);
    const thumbnail = await fetch(renditions.find(({ name }) => name === 'thumb-320')?.url ?? '');
    expect(await sharp(Buffer.from(await thumbnail.arrayBuffer())).metadata()).toMatchObject({ width: 320 });
  });

  test.each(['api', 'emulator', 'worker-thumbnail', 'worker-transcode'])(
    '%s writes nowhere but where it should, and has no capability',
    async (service) => {
      const [id = ''] = await project.containers(service);
      const [{ HostConfig }] = JSON.parse(await runEngine(engine, 'inspect', id)) as [
        { HostConfig: { ReadonlyRootfs: boolean; Memory: number } },
      ];
      expect(HostConfig).toMatchObject({ ReadonlyRootfs: true });
      expect(HostConfig.Memory).toBeGreaterThan(0);
      const script = `const fs = require('node:fs'); const code = (path) => { try { fs.writeFileSync(path, ''); return 'written'; } catch (error) { return error.code; } };
        console.log(code('/app/a'), code('/usr/a'), code('/tmp/a'), /CapEff:\\t0+\\n/.test(fs.readFileSync('/proc/1/status', 'utf8')), /NoNewPrivs:\\t1/.test(fs.readFileSync('/proc/1/status', 'utf8')))`;
      expect(await runEngine(engine, 'exec', id, 'node', '--eval', script)).toBe(
        'EROFS EROFS written true true',
      );
    },
  );

  test('more workers take part, and one that is killed comes back', async () => {
    await project.compose(
      'up',
      '--detach',
      '--wait',
      '--no-build',
      '--scale',
      'worker-thumbnail=2',
      'worker-thumbnail',
    );
    const workers = await project.containers('worker-thumbnail');
    expect(workers).toHaveLength(2);
    const ids: string[] = [];
    for (let shade = 0; shade < 20; shade += 1)
      ids.push(await upload(`many/${shade}.jpg`, await picture(10 * shade), 'image/jpeg'));
    await runEngine(engine, 'kill', workers[0] ?? '');
    for (const id of ids) await landfall.uploads.waitUntilReady(id, { timeoutMs: 120_000 });
    await project.compose('up', '--detach', '--wait', '--no-build', '--scale', 'worker-thumbnail=2');
    expect(await project.containers('worker-thumbnail')).toHaveLength(2);
  });

  test('all ends in order within its grace, and everything is there after the next start', async () => {
    const id = await upload('kept/blue.jpg', await picture(1), 'image/jpeg');
    await landfall.uploads.waitUntilReady(id, { timeoutMs: 120_000 });
    const containers = (
      await Promise.all(
        ['api', 'emulator', 'worker-thumbnail', 'worker-transcode'].map((service) =>
          project.containers(service),
        ),
      )
    ).flat();
    await project.compose('stop');
    for (const container of containers) {
      const [{ State }] = JSON.parse(await runEngine(engine, 'inspect', container)) as [
        { State: { ExitCode: number } },
      ];
      const log = await runEngine(engine, 'logs', '--tail', '5', container);
      expect({ log, exitCode: State.ExitCode }).toEqual({ log, exitCode: 0 });
    }
    await project.compose('down');
    await project.compose('up', '--detach', '--wait', '--no-build');
    const { renditions } = await landfall.uploads.get(id);
    for (const { url } of renditions) expect((await fetch(url ?? '')).status).toBe(200);
  });
});

/** Two seconds of 640 × 360 with sound. */
async function makeFilm(): Promise<Buffer> {
  const ffmpeg = await ensureFfmpeg();
  if (ffmpeg.missing) throw new Error(`the test needs ffmpeg; type: ${ffmpeg.command}`);
  const folder = await mkdtemp(join(tmpdir(), 'landfall-film-'));
  const file = join(folder, 'film.mp4');
  const video = '-f lavfi -i testsrc2=size=640x360:rate=25:duration=2';
  const words = `-v error ${video} -f lavfi -i sine=duration=2 -c:v libx264 -pix_fmt yuv420p -c:a aac`;
  await run(ffmpeg.ffmpegPath, [...words.split(' '), file]);
  const bytes = await readFile(file);
  await rm(folder, { recursive: true });
  return bytes;
}
