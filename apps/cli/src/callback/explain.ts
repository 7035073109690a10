import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  type CapturedCallback,
  type ExplainedStep,
  explainCallback,
  readCapturedCallback,
  readKeyUrl,
} from '#oss';
import { LandfallError, loadConfig } from '#runtime';

const usage = 'landfall callback explain <file> [--key <pem file or URL>] [--prefix <path prefix>]';
const fileMaxBytes = 2_097_152;
const pemMaxBytes = 16_384;

/**
 * Explains a captured callback on standard output. Resolves with 0 when it verifies and 1 when not.
 * @throws LandfallError request.invalid, config.invalid
 */
export async function runCallback(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { file, keyPlace, prefix } = readWords(words);
  const { callback } = loadConfig(['callback'], env);
  const captured = readCapturedCallback(await readBounded(file, fileMaxBytes));
  const place = keyPlace ?? callback.CALLBACK_PUBLIC_KEY_FILE;
  const hosts = callback.CALLBACK_KEY_HOSTS;
  const { holds, steps } = explainCallback(captured, {
    ...(place === undefined
      ? await findKey(captured, hosts, callback.CALLBACK_KEY_TIMEOUT_MS)
      : { key: await loadKey(place, callback.CALLBACK_KEY_TIMEOUT_MS), keySource: place }),
    pinned: place !== undefined,
    allowedHosts: hosts,
    pathPrefix: prefix ?? callback.CALLBACK_PATH_PREFIX,
    body: {
      defaultBucket: callback.CALLBACK_DEFAULT_BUCKET,
      fieldNames: callback.CALLBACK_FIELD_NAMES,
    },
  });
  for (const step of steps) printStep(step);
  console.log(holds ? 'The callback verifies.' : 'The callback does not verify.');
  return holds ? 0 : 1;
}

function printStep({ title, verdict, lines }: ExplainedStep): void {
  const [first = '', ...more] = lines;
  console.log(`${verdict.padEnd(6)}${title.padEnd(15)} ${first}`);
  for (const line of more) console.log(`${' '.repeat(22)}${line}`);
}

function readWords(words: readonly string[]): {
  file: string;
  keyPlace: string | undefined;
  prefix: string | undefined;
} {
  try {
    const { positionals, values } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { key: { type: 'string' }, prefix: { type: 'string' } },
    });
    const [verb, file, ...rest] = positionals;
    if (verb !== 'explain' || file === undefined || rest.length > 0) throw new Error(usage);
    return { file, keyPlace: values.key, prefix: values.prefix?.replace(/\/$/, '') };
  } catch (cause) {
    throw new LandfallError('request.invalid', `usage: ${usage}`, { cause });
  }
}

/** The key that the request itself names, when its host is allowed. */
async function findKey(
  { headers }: CapturedCallback,
  hosts: readonly string[],
  timeoutMs: number,
): Promise<{ key: KeyObject | undefined; keySource: string }> {
  try {
    const url = readKeyUrl(headers['x-oss-pub-key-url'], hosts).href;
    return { key: await loadKey(url, timeoutMs), keySource: url };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { key: undefined, keySource: `there is none: ${reason}; give one with --key` };
  }
}

/** @throws LandfallError request.invalid */
async function loadKey(place: string, timeoutMs: number): Promise<KeyObject> {
  const pem = /^https?:/.test(place)
    ? await fetchPem(place, timeoutMs)
    : await readBounded(place, pemMaxBytes);
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new LandfallError('request.invalid', `${place} holds no public key in PEM form`, { cause });
  }
}

async function fetchPem(url: string, timeoutMs: number): Promise<Buffer> {
  try {
    const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of answer.body ?? []) {
      sizeBytes += (chunk as Uint8Array).length;
      if (sizeBytes > pemMaxBytes) throw new Error(`more than ${pemMaxBytes} bytes`);
      chunks.push(chunk as Uint8Array);
    }
    return Buffer.concat(chunks);
  } catch (cause) {
    throw new LandfallError('request.invalid', `the key at ${url} cannot be fetched`, { cause });
  }
}

async function readBounded(file: string, maxBytes: number): Promise<Buffer> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (cause) {
    throw new LandfallError('request.invalid', `${file} cannot be read`, { cause });
  }
  if (content.length > maxBytes)
    throw new LandfallError('request.invalid', `${file} is larger than ${maxBytes} bytes`);
  return content;
}
