import { Landfall } from '#client';
import { ensureFfmpeg } from '#local';
import { eventually } from '#testing';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openProject, type Project } from './compose.fixture.js';
import { buildImage, type Engine, findEngine, inspect, provideBases, runEngine } from './engine.fixture.js';
import { compressedBytes, runScript } from './image.fixture.js';

const run = promisify(execFile);
const engine = findEngine();
const missing = 'missing' in engine ? ` (skipped: ${engine.missing})` : '';
/**
 * Our images, and what a registry may at most have to transfer of each beside its base: of 120 and 300 MB, for Node's slim image,
 * which is about 80 MB there. The base of this test may be a stand-in.
 */
const images = { landfall: 40e6, 'landfall-worker': 220e6 };
const services = ['api', 'emulator', 'worker-thumbnail', 'worker-transcode'];
const readyWithinMs = 240_000;

describe.skipIf('missing' in engine)(`images and compose${missing}`, () => {
  const here = engine as Engine;
  let project: Project;
  let landfall: Landfall;
  let base: string;
  beforeAll(async () => {
    const text = (await readFile('docker-compose.yml', 'utf8')) + (await readFile('Dockerfile', 'utf8'));
    const bases = [...text.matchAll(/docker\.io\/[\w./:-]+/g)].map(([image]) => image);
    await provideBases(here, [...new Set(bases)]);
    base = bases.find((image) => image.includes('/node:')) ?? '';
    for (const image of Object.keys(images)) await buildImage(here, image);
    project = await openProject(here);
    landfall = new Landfall({ baseUrl: project.apiUrl, apiKey: project.apiKey });
    await project.start();
  }, 2_400_000);
  afterAll(() => project?.[Symbol.asyncDispose](), 300_000);

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
  /** Fetches every rendition by the URL that the api gives. */
  const fetchRenditions = async (id: string): Promise<Record<string, Buffer>> => {
    const { renditions, status } = await landfall.uploads.waitUntilReady(id, { timeoutMs: readyWithinMs });
    expect(status).toBe('ready');
    const bodies: Record<string, Buffer> = {};
    for (const { name, url } of renditions) {
      const answer = await fetch(url ?? '');
      expect({ name, url, status: answer.status }).toEqual({ name, url, status: 200 });
      bodies[name] = Buffer.from(await answer.arrayBuffer());
    }
    return bodies;
  };

  test.each(Object.entries(images))(
    '%s is small, belongs to no root, and says what it is',
    async (name, limit) => {
      const script = `const fs = require('node:fs');
      console.log(JSON.stringify({
        user: process.getuid(),
        typescript: fs.existsSync('/app/node_modules/typescript'),
        ffmpeg: fs.existsSync('/usr/bin/ffmpeg'),
        writable: fs.statSync('/app').uid === process.getuid(),
        bill: JSON.parse(fs.readFileSync('/app/sbom.cdx.json')).components.map(({ name }) => name),
      }))`;
      const { bill, ...facts } = JSON.parse(await runScript(here, name, script)) as { bill: string[] };
      const isWorker = name === 'landfall-worker';
      expect(facts).toEqual({ user: 1000, typescript: false, ffmpeg: isWorker, writable: false });
      expect(bill).toContain('sharp');
      expect(bill.includes('libheif-js')).toBe(isWorker);
      expect((await inspect(here, name)).Config.Labels).toMatchObject({
        'org.opencontainers.image.title': isWorker ? 'Landfall worker' : 'Landfall',
        'org.opencontainers.image.licenses': 'Apache-2.0',
        'org.opencontainers.image.version': expect.any(String),
        'org.opencontainers.image.revision': expect.any(String),
      });
      const bytes = (await compressedBytes(here, name)) - (await compressedBytes(here, base));
      console.log(`${name}: ${Math.round(bytes / 1e6)} MB compressed, beside its base`);
      expect(bytes).toBeLessThan(limit);
    },
  );

  test('no health check needs a shell, and only the api and the emulator have a port on the host', async () => {
    const { services: all } = JSON.parse(await project.compose('config', '--format', 'json')) as {
      services: Record<string, { healthcheck?: { test: string[] }; ports?: { target: number }[] }>;
    };
    for (const service of [...services, 'postgres', 'valkey'])
      expect(all[service]?.healthcheck?.test[0]).toBe('CMD');
    const ports = Object.entries(all).flatMap(([name, { ports: published = [] }]) =>
      published.map(({ target }) => `${name} ${target}`),
    );
    expect(ports.sort()).toEqual(['api 3000', 'emulator 9000']);
  });

  test('a picture and a video uploaded from the host become renditions that the host can fetch', async () => {
    const photo = await upload('photos/red.jpg', await picture(200), 'image/jpeg');
    const film = await upload('films/short.mp4', await makeFilm(), 'video/mp4');
    const thumbnail = (await fetchRenditions(photo))['thumb-320'];
    expect(await sharp(thumbnail).metadata()).toMatchObject({ format: 'webp', width: 320 });
    expect((await fetchRenditions(film))['stream']?.toString()).toContain('#EXTM3U');
  });

  test('the command of the image asks the api', async () => {
    const [api = ''] = await project.containers('api');
    const words = ['landfall', 'uploads', 'list', '--api-key', project.apiKey];
    expect(await runEngine(here, 'exec', api, ...words)).toMatch(/ready .*photos\/red\.jpg/);
  });

  test.each(services)('%s writes nowhere but where it should, and has no capability', async (service) => {
    const [id = ''] = await project.containers(service);
    const { HostConfig } = await inspect(here, id);
    expect(HostConfig.ReadonlyRootfs).toBe(true);
    expect(HostConfig.Memory).toBeGreaterThan(0);
    const script = `const fs = require('node:fs');
      const write = (path) => { try { fs.writeFileSync(path, ''); return 'written'; } catch (error) { return error.code; } };
      const status = fs.readFileSync('/proc/1/status', 'utf8');
      const has = (line) => new RegExp('^' + line + '$', 'm').test(status);
      console.log(write('/app/a'), write('/usr/a'), write('/tmp/a'), has('Cap(Eff|Prm):\\t0+'), has('NoNewPrivs:\\t1'), has('Uid:\\t1000.*'))`;
    expect(await runEngine(here, 'exec', id, 'node', '--eval', script)).toBe(
      'EROFS EROFS written true true true',
    );
  });

  test('more workers take part, and one that is killed comes back and has lost nothing', async () => {
    await project.start('--scale', 'worker-thumbnail=2');
    const workers = await project.containers('worker-thumbnail');
    expect(workers).toHaveLength(2);
    const [victim = ''] = workers;
    const started = (await inspect(here, victim)).State.StartedAt;
    const ids: string[] = [];
    for (let shade = 0; shade < 20; shade += 1)
      ids.push(await upload(`many/${shade}.jpg`, await picture(10 * shade, 4_000), 'image/jpeg'));
    // As the kernel does when memory is short. The first process of the container passes signals on, and cannot be killed.
    const kill = `const fs = require('node:fs');
      for (const pid of fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name) && +name !== process.pid)) {
        const [program, ...words] = fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8').split('\\0');
        if (program === 'node' && words.includes('worker')) process.kill(+pid, 'SIGKILL');
      }`;
    // Not waited for: the container ends with it, and its engine then knows nothing of the command.
    await runEngine(here, 'exec', '--detach', victim, 'node', '--eval', kill);
    for (const id of ids) await fetchRenditions(id);
    await eventually(async () => {
      const { State } = await inspect(here, victim);
      return (State.Running && State.StartedAt !== started) || undefined;
    });
    // Until it is healthy. Podman's compatible API has Compose make the containers anew.
    await project.start('--scale', 'worker-thumbnail=2');
    expect(await project.containers('worker-thumbnail')).toHaveLength(2);
  });

  test('all end in order within their grace, and all is there after the next start', async () => {
    const photo = await upload('kept/blue.jpg', await picture(1), 'image/jpeg');
    await landfall.uploads.waitUntilReady(photo, { timeoutMs: readyWithinMs });
    const containers = (await Promise.all(services.map((service) => project.containers(service)))).flat();
    const film = await upload('films/under-way.mp4', await makeFilm(), 'video/mp4');
    await project.compose('stop');
    for (const container of containers) {
      const { State, Name } = await inspect(here, container);
      const log = await runEngine(here, 'logs', '--tail', '5', container);
      expect({ Name, log, exitCode: State.ExitCode }).toEqual({ Name, log, exitCode: 0 });
    }
    await project.compose('down');
    await project.start();
    await fetchRenditions(photo);
    await fetchRenditions(film);
  });
});

/** In the ratio of 4 to 3. */
function picture(shade: number, width = 640): Promise<Buffer> {
  const background = { r: shade, g: 80, b: 40 };
  return sharp({ create: { width, height: (width * 3) / 4, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

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
