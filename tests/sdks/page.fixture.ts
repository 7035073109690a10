import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, type UploadView } from '#testing';
import { readPages } from '../docs/markdown.fixture.js';
import type { House } from './house.fixture.js';
import { runForOutput } from './program.fixture.js';

/** How a reader of docs/callbacks/sdks.md gets from the block of an SDK to a program that runs. */
interface Reader {
  /** Name of the file that the block is saved as. */
  file: string;
  /** What runs that file, after building it where that is needed. It runs in the file's folder. */
  command: (file: string) => string[] | Promise<string[]>;
  /** Names in that folder, and the folders they stand for. */
  links?: Record<string, string>;
  /** Whether the program prints the application's answer; true if not given. */
  tellsAnswer?: boolean;
}

const sizes: Record<string, number> = { 'photos/cat.jpg': 16, 'films/cat.mp4': 200 * 1024 };

/** The text of the block that is marked `<!-- run with: name -->`. */
export function blockOf(name: string): string {
  const [block, another] = readPages()
    .flatMap(({ blocks }) => blocks)
    .filter(({ runWith }) => runWith === name);
  if (!block || another) throw new Error(`not one block is to run with ${name}`);
  return block.text;
}

/**
 * Runs the block of an SDK with only endpoint, bucket, keys and callback URL changed, and again with
 * an application that fails. Both values are equal if the api knows the uploads with their variables
 * by the ids that were printed, and the second run told that the callback failed.
 */
export async function runBlock(
  house: House,
  name: string,
  { file, command, links = {}, tellsAnswer = true }: Reader,
): Promise<{ seen: unknown; expected: unknown }> {
  const { run } = house;
  const text = blockOf(name);
  const folder = await mkdtemp(join(run.folder, 'block-'));
  const keys = Object.keys(sizes).filter((key) => text.includes(key));
  for (const key of keys)
    await writeFile(join(folder, key.split('/').at(-1) ?? ''), Buffer.alloc(sizes[key] ?? 0));

  for (const [link, target] of Object.entries(links)) await symlink(target, join(folder, link));

  const outputOf = async (callbackUrl: string) => {
    const path = join(folder, file);
    await writeFile(path, fillIn(text, house, callbackUrl));
    const [program = '', ...parameters] = await command(path);
    const { stdout, stderr } = await runForOutput(program, parameters, {
      cwd: folder,
      env: { OSS_ACCESS_KEY_ID: run.accessKeyId, OSS_ACCESS_KEY_SECRET: run.accessKeySecret },
    });
    return `${stdout}\n${stderr}`;
  };
  const printed = await outputOf(run.callbackUrl);
  const ids = tellsAnswer
    ? (printed.match(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g) ?? [])
    : await listedIds(house, keys);
  const known = await Promise.all(ids.map((id) => house.stack.waitFor(id, 'ready', 'ignored', 'failed')));
  const failure = (await outputOf(run.failingCallbackUrl)).match(/stored, but the callback failed/g);
  return {
    seen: {
      uploads: known.map(({ bucket, objectKey, sizeBytes, vars }) => ({
        bucket,
        objectKey,
        sizeBytes,
        vars,
      })),
      failure,
    },
    expected: {
      uploads: keys.map((objectKey) => ({
        bucket: run.bucket,
        objectKey,
        sizeBytes: sizes[objectKey],
        vars: { user_id: '42' },
      })),
      failure: ['stored, but the callback failed'],
    },
  };
}

/** What a reader changes. An address as endpoint: SDKs then put the bucket into the path. */
function fillIn(text: string, { run }: House, callbackUrl: string): string {
  const values = {
    'https://oss-cn-hangzhou.aliyuncs.com': run.endpoint.replace('localhost', '127.0.0.1'),
    examplebucket: run.bucket,
    'https://media.example.com/callbacks/oss': callbackUrl,
  };
  return Object.entries(values).reduce((filled, [placeholder, value]) => {
    if (!filled.includes(placeholder)) throw new Error(`the block does not name ${placeholder}`);
    return filled.replaceAll(placeholder, value);
  }, text);
}

/** Uploads are listed once a worker has confirmed them. */
function listedIds({ stack }: House, keys: string[]): Promise<string[]> {
  return Promise.all(
    keys.map((key) =>
      eventually(async () => {
        const path = `/v1/uploads?prefix=${encodeURIComponent(key)}`;
        const { items } = await stack.get<{ items: UploadView[] }>(path);
        return items.find(({ objectKey }) => objectKey === key)?.id;
      }),
    ),
  );
}
